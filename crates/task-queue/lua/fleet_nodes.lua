-- fleet_nodes: names the servers that have published lately.
--
-- keys    root of the directory
-- args    servers at most
-- returns names
-- fails   -
-- promise changes nothing

local function fleet_nodes(keys, args)
  local now = int(now_ms(keys[1]))
  return redis.call('ZRANGEBYSCORE', keys[1] .. 'fleet', '(' .. now, '+inf', 'LIMIT', '0', args[1])
end

register('fleet_nodes', fleet_nodes, { 'no-writes' })
