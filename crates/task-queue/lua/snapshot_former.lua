-- snapshot_former: reads the names of agents that are no more.
--
-- keys    root of the swarm
-- args    place at which to begin, how many at most
-- returns names and the times of their ends in turn
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function snapshot_former(keys, args)
  local root, from = keys[1], tonumber(args[1])
  if not swarm_exists(root) then return swarm_not_found() end
  return redis.call('ZRANGE', root .. 'former', int(from), int(from + tonumber(args[2]) - 1), 'WITHSCORES')
end

register('snapshot_former', snapshot_former, { 'no-writes' })
