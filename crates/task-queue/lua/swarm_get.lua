-- swarm_get: reads what is said of a swarm.
--
-- keys    root of the swarm
-- args    -
-- returns { description or false, created_at or false }
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function swarm_get(keys, args)
  if not swarm_exists(keys[1]) then return swarm_not_found() end
  return redis.call('HMGET', keys[1] .. 'swarm', 'description', 'created_at')
end

register('swarm_get', swarm_get, { 'no-writes' })
