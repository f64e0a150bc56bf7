-- task_retry: makes a failed or cancelled task ready again, its attempts counted from 0.
--
-- keys    root of the swarm
-- args    id
-- returns { 'ok', 'ready' }, { 'WRONGSTATE', status }, { 'DUPLICATE' }, { 'SWARMFULL' } or { 'NOTFOUND' }
-- fails   SWARMNOTFOUND
-- promise the fence goes on rising; a deadline that has passed is taken off; the deduplication key is taken again, unless another unfinished task has it

local function retry_one(root, effects, id)
  local task = stand(root, id)
  if not task then return { 'NOTFOUND' } end
  if task.status ~= 'failed' and task.status ~= 'cancelled' then return { 'WRONGSTATE', task.status } end
  local room = room_for_tasks(root, effects.swarm)
  if room and room <= 0 then return { 'SWARMFULL' } end
  if task.spec.d and not (redis.call('HSETNX', root .. 'dedup', task.spec.d, id) == 1) then return { 'DUPLICATE' } end
  local entry = task.entry + 1
  redis.call('ZREM', key_of.finished(root, task.status), id)
  attempts.keep_last(root, id)
  due.forgive(effects, task)
  -- Why a task failed that nobody ever held is no error of an attempt: a first attempt leaves no error behind.
  if redis.call('HEXISTS', task.key, 'fe') == 0 then redis.call('DEL', key_of.outcome(root, id)) end
  redis.call('HDEL', task.key, 'fa', 'ra', 'cr', 'cc', 'lt', 'lo', 'ao')
  redis.call('HSET', task.key, 'st', 'ready', 'at', '0', 'en', int(entry), 'ry', precise(effects.now))
  moved(effects, task, task.status, 'ready')
  enter_ready(effects, task, task.spec, entry, false)
  note_task(effects, 'task.retried', id, task.queue, nil, 'ready', 0)
  return { 'ok', 'ready' }
end

local function task_retry(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  local reply = retry_one(root, effects, args[1])
  write_effects(effects)
  return reply
end

register('task_retry', task_retry, {})
