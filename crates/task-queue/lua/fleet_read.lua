-- fleet_read: reads the end of a list that a server keeps.
--
-- keys    root of the directory
-- args    name of the server, list (slots|samples), entries at most
-- returns { now, `<appended at> <entry>`, … }, the eldest first
-- fails   -
-- promise changes nothing

local function fleet_read(keys, args)
  local entries = redis.call('LRANGE', keys[1] .. args[2] .. ':' .. args[1], '-' .. args[3], '-1')
  table.insert(entries, 1, int(now_ms(keys[1])))
  return entries
end

register('fleet_read', fleet_read, { 'no-writes' })
