-- swarm_stats: counts a swarm's agents and tasks, a stretch of its queues at a time.
--
-- keys    root of the swarm
-- args    queue after which to begin ('' for the start), queues at most
-- returns { queue after which to go on ('' at the end), now, created_at or false, since when it has been handing tasks out
--         (0 from its beginning, '' while it is paused), agents, those that are not lost, those of them that drain,
--         { tasks submitted or false, completed or false }, samples, then for each queue: name, its arrows
--         { name, count, … }, since when its oldest ready task has been ready ('' where none is) }
-- fails   SWARMNOTFOUND
-- promise changes nothing; looks at no more than LISTS lists of ready tasks, and at those of one queue at least

local LISTS = 1000
local function swarm_stats(keys, args)
  local root, after, most = keys[1], args[1], tonumber(args[2])
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local names = redis.call('ZRANGEBYLEX', root .. 'queues', after == '' and '-' or '(' .. after, '+', 'LIMIT', '0', int(most))
  local reply = {
    '', int(now_ms(root)), redis.call('HGET', root .. 'swarm', 'created_at'),
    swarm.paused and '' or int(swarm.resumed),
    redis.call('ZCARD', root .. 'agents'), redis.call('ZCARD', root .. 'alive'), redis.call('SCARD', root .. 'draining'),
    redis.call('HMGET', root .. 'totals', 'submitted', 'completed'), redis.call('LRANGE', root .. 'samples', '0', '-1'),
  }
  local left = LISTS
  for at, queue in ipairs(names) do
    local record, looked = queues.record(root, queue)
    for _, told in ipairs(record) do reply[#reply + 1] = told end
    left = left - looked
    if at == most or (left <= 0 and at < #names) then
      reply[1] = queue
      break
    end
  end
  return reply
end

register('swarm_stats', swarm_stats, { 'no-writes' })
