-- fleet_publish: appends to a list that a server keeps for itself and the others.
--
-- keys    root of the directory
-- args    name of the server, list (slots|samples), entry, entries kept, milliseconds after which the list goes unless
--         something is appended, milliseconds for which the server is among the others ('' for as long as it was)
-- returns 1
-- fails   -
-- promise the list is bounded

-- Servers that are gone and taken out at a time.
local GONE = '100'

local function fleet_publish(keys, args)
  local root, node, list, now = keys[1], args[1], args[2], now_ms(keys[1])
  local key, fleet = root .. list .. ':' .. node, keys[1] .. 'fleet'
  redis.call('RPUSH', key, int(now) .. ' ' .. args[3])
  redis.call('LTRIM', key, '-' .. args[4], '-1')
  redis.call('PEXPIRE', key, args[5])
  if args[6] == '' then return 1 end
  redis.call('ZADD', fleet, int(now + tonumber(args[6])), node)
  local gone = redis.call('ZRANGEBYSCORE', fleet, '-inf', int(now), 'LIMIT', '0', GONE)
  if #gone > 0 then redis.call('ZREM', fleet, unpack(gone)) end
  return 1
end

register('fleet_publish', fleet_publish, {})
