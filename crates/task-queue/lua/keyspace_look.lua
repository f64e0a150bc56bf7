-- keyspace_look: tells what kinds of keys there are under a root.
--
-- keys    root
-- args    names of keys behind the root
-- returns for each: type ('none' where there is no such key), milliseconds it has left (-1 for ever)
-- fails   -
-- promise changes nothing

local function keyspace_look(keys, args)
  local reply = {}
  for _, name in ipairs(args) do
    reply[#reply + 1] = redis.call('TYPE', keys[1] .. name).ok
    reply[#reply + 1] = redis.call('PTTL', keys[1] .. name)
  end
  return reply
end

register('keyspace_look', keyspace_look, { 'no-writes' })
