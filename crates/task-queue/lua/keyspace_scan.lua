-- keyspace_scan: walks the keys of the node that holds a root.
--
-- keys    any root on that node
-- args    cursor ('0' at the start), pattern, keys looked at
-- returns { cursor ('0' at the end), key, type, milliseconds it has left (-1 for ever), … }
-- fails   -
-- promise changes nothing; a key that is there from start to end of a walk is seen at least once

local function keyspace_scan(keys, args)
  local page = redis.call('SCAN', args[1], 'MATCH', args[2], 'COUNT', tonumber(args[3]))
  local reply = { page[1] }
  for _, key in ipairs(page[2]) do
    local left = redis.call('PTTL', key)
    if left ~= -2 then
      reply[#reply + 1] = key
      reply[#reply + 1] = redis.call('TYPE', key).ok
      reply[#reply + 1] = left
    end
  end
  return reply
end

register('keyspace_scan', keyspace_scan, { 'no-writes' })
