-- swarm_survey: counts a swarm's tasks and agents from what is counted already.
--
-- keys    root of the swarm
-- args    -
-- returns { scheduled, ready, running, completed, failed, cancelled, agents, those that are not lost, those of them that
--         drain }
-- fails   SWARMNOTFOUND
-- promise changes nothing; costs the same however much the swarm holds

local function swarm_survey(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  local t = redis.call('HMGET', root .. 'totals', 'submitted', 'retried', 'completed', 'failed', 'cancelled')
  for at = 1, 5 do t[at] = tonumber(t[at] or 0) end
  local scheduled, running = redis.call('ZCARD', root .. 'scheduled'), redis.call('ZCARD', root .. 'leases')
  return {
    scheduled, t[1] + t[2] - t[3] - t[4] - t[5] - scheduled - running, running,
    redis.call('ZCARD', finished_key(root, 'completed')), redis.call('ZCARD', finished_key(root, 'failed')),
    redis.call('ZCARD', finished_key(root, 'cancelled')),
    redis.call('ZCARD', root .. 'agents'), redis.call('ZCARD', root .. 'alive'), redis.call('SCARD', root .. 'draining'),
  }
end

register('swarm_survey', swarm_survey, { 'no-writes' })
