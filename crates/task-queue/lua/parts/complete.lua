-- Ends an attempt well. A cancellation that was asked for and not noticed does not undo finished work. Behind the answer
-- stands ` - - more` where others may be claimable with it: who waits for this task, or for a slot of its
-- key.

local function complete(root, effects, task, result, now)
  redis.call('HSET', task.key, 'st', 'completed', 'fa', int(now), 'lt', task.token, 'lo', 'c:completed:')
  if result ~= '' then
    redis.call('SET', key_of.outcome(root, task.id), result)
  elseif task.fence > 1 then
    redis.call('DEL', key_of.outcome(root, task.id))
  end
  unlease(effects, task, 'ok')
  finish(root, effects, task, 'running', 'completed', now)
  note_task(effects, 'task.completed', task.id, task.queue, task.agent, 'completed', task.attempt)
  local frees = task.flags and string.find(task.flags, '[dk]')
  return 'ok completed ' .. phases(task, now, true) .. (frees and ' - - more' or '')
end
