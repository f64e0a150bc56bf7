-- task_expire: fails tasks whose deadline has passed.
--
-- keys    root of the swarm
-- args    how many at most
-- returns { deadlines that have passed, milliseconds until the next one ('' when there is none), tasks that failed, tasks
--         that were cancelled }
-- fails   -
-- promise wherever a task stands it has failed, but for a running one whose holder was asked to stop, which is cancelled;
--         a holder has lost its lease. Several servers may sweep at once

-- Returns where the task stands since; nothing where it stood still.
local function expire_one(effects, id)
  local root = effects.root
  local task = stand(root, id)
  local status = task and task.status
  if status == 'running' then
    task = due.running(root, id)
    if not task.cancel then return due.fail(effects, task, status) end
    end_cancelled(root, effects, task, effects.now, {}, 'ko')
    note_task(effects, 'task.overdue', id, task.queue, task.agent, 'cancelled', task.attempt)
    return 'cancelled'
  end
  if not leave[status] then
    redis.call('ZREM', root .. 'deadlines', id)
    return nil
  end
  leave[status](effects, task)
  return due.fail(effects, task, status)
end

local function task_expire(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return { 0, '', 0, 0 } end
  local now = now_ms(root)
  local effects, counts = new_effects(root, swarm, now), { failed = 0, cancelled = 0 }
  local passed = redis.call('ZRANGEBYSCORE', root .. 'deadlines', '-inf', int(now), 'LIMIT', '0', args[1])
  for _, id in ipairs(passed) do
    local status = expire_one(effects, id)
    if status then counts[status] = counts[status] + 1 end
  end
  write_effects(effects)
  local following = redis.call('ZRANGE', root .. 'deadlines', '0', '0', 'WITHSCORES')
  return { #passed, following[2] and int(tonumber(following[2]) - now) or '', counts.failed, counts.cancelled }
end

register('task_expire', task_expire, { 'allow-oom' })
