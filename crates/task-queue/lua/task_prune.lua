-- task_prune: forgets finished tasks whose retention has ended.
--
-- keys    root of the swarm
-- args    how many at most
-- returns { tasks forgotten, milliseconds until the next end ('' when nothing has finished) }
-- fails   -
-- promise nothing of a forgotten task is left but its counts, and those go with the queue's last task; one that an
--         unfinished task depends on is kept until that has finished

local function prune_one(root, effects, status, id)
  local spec, flags = read_header(root, id) or {}, redis.call('HGET', key_of.state(root, id), 'fl') or nil
  if depend.keep(effects, status, id, flags, spec) then return end
  redis.call('ZREM', key_of.finished(root, status), id)
  forget.task(effects, { id = id, queue = queue_of(spec), spec = spec, flags = flags }, status)
end

local function task_prune(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return { 0, '' } end
  local now, left, following = now_ms(root), tonumber(args[1]), nil
  local effects = new_effects(root, swarm, now)
  local pruned = 0
  for _, status in ipairs({ 'completed', 'failed', 'cancelled' }) do
    local key = key_of.finished(root, status)
    local over = left > 0 and redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, left) or {}
    for _, id in ipairs(over) do prune_one(root, effects, status, id) end
    left, pruned = left - #over, pruned + #over
    local head = tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
    if head and (not following or head < following) then following = head end
  end
  write_effects(effects)
  forget.queues(effects)
  return { pruned, following and int(following - now) or '' }
end

register('task_prune', task_prune, { 'allow-oom' })
