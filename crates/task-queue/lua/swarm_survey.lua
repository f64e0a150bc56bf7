-- swarm_survey: counts a swarm's tasks and agents from what is counted already.
--
-- keys    root of the swarm
-- args    -
-- returns { blocked, scheduled, ready, running, completed, failed, cancelled, agents, those that are not lost, those of
--         them that drain, tasks that ask a person }
-- fails   SWARMNOTFOUND
-- promise changes nothing; costs the same however much the swarm holds

local function swarm_survey(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  local asking, blocked = redis.call('ZCARD', root .. 'asking'), redis.call('ZCARD', root .. 'blocked')
  local scheduled, running = redis.call('ZCARD', root .. 'scheduled'), redis.call('ZCARD', root .. 'leases')
  return {
    blocked, scheduled, unfinished_tasks(root) - blocked - scheduled - running - asking, running,
    redis.call('ZCARD', key_of.finished(root, 'completed')), redis.call('ZCARD', key_of.finished(root, 'failed')),
    redis.call('ZCARD', key_of.finished(root, 'cancelled')),
    redis.call('ZCARD', root .. 'agents'), redis.call('ZCARD', root .. 'alive'), redis.call('SCARD', root .. 'draining'),
    asking,
  }
end

register('swarm_survey', swarm_survey, { 'no-writes' })
