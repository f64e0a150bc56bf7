-- swarm_get: reads what is said of a swarm.
--
-- keys    root of the swarm
-- args    -
-- returns { description, created_at, '1' while paused, '1' without events, most agents, most tasks }, each false where
--         nothing is said
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function swarm_get(keys, args)
  if not swarm_exists(keys[1]) then return swarm_not_found() end
  return describe_swarm(keys[1])
end

register('swarm_get', swarm_get, { 'no-writes' })
