-- task_cancel: calls a task off, or asks its holder to stop.
--
-- keys    root of the swarm
-- args    id
-- returns { 'ok', status, whether that is news (0|1) }, { 'ALREADYFINISHED', status } or { 'NOTFOUND' }
-- fails   SWARMNOTFOUND
-- promise a task that nobody holds is cancelled at once; a held one keeps its holder, who learns it at the next
--         heartbeat; a cancelled one stays so

local function cancel_one(root, effects, id, now)
  local task = stand(root, id)
  if not task then return { 'NOTFOUND' } end
  if task.status == 'cancelled' then return { 'ok', 'cancelled', 0 } end
  if task.status == 'running' then
    local asked = redis.call('HSET', task.key, 'cr', '1')
    if asked == 1 then
      note_task(effects, 'task.cancel_requested', id, task.queue, task.agent, 'running', task.attempt)
    end
    return { 'ok', 'running', asked }
  end
  if task.status == 'ready' then
    remove_ready(root, ready_list(root, task.spec, task.unpinned), element_of(id, task.entry))
  elseif task.status == 'scheduled' then
    redis.call('ZREM', root .. 'scheduled', id)
  elseif task.status ~= 'blocked' then
    return { 'ALREADYFINISHED', task.status }
  end
  redis.call('HSET', task.key, 'st', 'cancelled', 'fa', int(now))
  finish(root, effects, task, task.status, 'cancelled', now)
  note_task(effects, 'task.cancelled', id, task.queue, nil, 'cancelled', task.attempt)
  return { 'ok', 'cancelled', 1 }
end

local function task_cancel(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local now = now_ms(root)
  local effects = new_effects(root, swarm, now)
  local reply = cancel_one(root, effects, args[1], now)
  write_effects(effects)
  return reply
end

register('task_cancel', task_cancel, { 'allow-oom' })
