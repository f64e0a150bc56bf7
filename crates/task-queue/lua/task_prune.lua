-- task_prune: forgets finished tasks whose retention has ended.
--
-- keys    root of the swarm
-- args    how many at most
-- returns { tasks forgotten, milliseconds until the next end ('' when nothing has finished) }
-- fails   -
-- promise nothing of a forgotten task is left but its counts

local function prune_one(root, counts, status, id)
  local spec = read_header(root, id) or {}
  redis.call('DEL', spec_key(root, id), state_key(root, id), outcome_key(root, id), progress_key(root, id))
  redis.call('ZREM', finished_key(root, status), id)
  tally(counts, queue_of(spec), status, 'gone')
end

local function task_prune(keys, args)
  local root = keys[1]
  local now, counts, left, following = now_ms(root), new_tally(), tonumber(args[1]), nil
  local pruned = 0
  for _, status in ipairs({ 'completed', 'failed', 'cancelled' }) do
    local key = finished_key(root, status)
    local over = left > 0 and redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, left) or {}
    for _, id in ipairs(over) do prune_one(root, counts, status, id) end
    left, pruned = left - #over, pruned + #over
    local head = tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
    if head and (not following or head < following) then following = head end
  end
  write_tally(root, counts)
  return { pruned, following and int(following - now) or '' }
end

register('task_prune', task_prune, { 'allow-oom' })
