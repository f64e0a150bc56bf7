-- task_cancel: calls a task off, or asks its holder to stop.
--
-- keys    root of the swarm
-- args    id
-- returns { 'ok', status }, { 'ALREADYFINISHED', status } or { 'NOTFOUND' }
-- fails   SWARMNOTFOUND
-- promise a task that nobody holds is cancelled at once; a held one keeps its holder, who learns it at the next
--         heartbeat; a cancelled one stays so

local function cancel_one(root, effects, id, now)
  local task = stand(root, id)
  if not task then return { 'NOTFOUND' } end
  if task.status == 'cancelled' then return { 'ok', 'cancelled' } end
  if task.status == 'running' then
    redis.call('HSET', task.key, 'cr', '1')
    return { 'ok', 'running' }
  end
  if task.status == 'ready' then
    remove_ready(root, ready_list(root, task.spec), element_of(id, task.entry))
  elseif task.status == 'scheduled' then
    redis.call('ZREM', root .. 'scheduled', id)
  else
    return { 'ALREADYFINISHED', task.status }
  end
  redis.call('HSET', task.key, 'st', 'cancelled', 'fa', int(now))
  finish(root, effects, task, task.status, 'cancelled', now)
  return { 'ok', 'cancelled' }
end

local function task_cancel(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  local effects = new_effects()
  local reply = cancel_one(root, effects, args[1], now_ms(root))
  write_effects(root, effects)
  return reply
end

register('task_cancel', task_cancel, { 'allow-oom' })
