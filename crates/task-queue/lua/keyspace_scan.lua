-- keyspace_scan: walks the names of the keys on the node that holds a root.
--
-- keys    any root on that node
-- args    cursor ('0' at the start), pattern, keys looked at
-- returns { cursor ('0' at the end), key, … }
-- fails   -
-- promise changes nothing, touches no key; a key that is there from start to end of a walk is met at least once

local function keyspace_scan(keys, args)
  local page = redis.call('SCAN', args[1], 'MATCH', args[2], 'COUNT', tonumber(args[3]))
  local reply = page[2]
  table.insert(reply, 1, page[1])
  return reply
end

register('keyspace_scan', keyspace_scan, { 'no-writes' })
