-- event_read: reads a stretch of what has happened in a swarm, oldest first.
--
-- keys    root of the swarm
-- args    where to begin: `<id>` at an entry, `(<id>` behind it, '-' at the first one there is; entries at most
-- returns { events off (0|1), entries were dropped from the front (0|1), id of the first entry ('' for none), id of the
--         last one there ever was ('' for none), id, entry, … }
-- fails   SWARMNOTFOUND
-- promise changes nothing; reads no more entries than asked

-- XINFO answers names and values in turn.
local function fields_of(stream)
  local fields = {}
  for at = 1, #stream, 2 do fields[stream[at]] = stream[at + 1] end
  return fields
end

local function event_read(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local key, off = root .. 'events', swarm.quiet and 1 or 0
  if redis.call('EXISTS', key) == 0 then return { off, 0, '', '' } end
  local stream = fields_of(redis.call('XINFO', 'STREAM', key))
  local first = stream['first-entry']
  local dropped = stream['entries-added'] > stream['length'] and 1 or 0
  local reply = { off, dropped, first and first[1] or '', stream['last-generated-id'] }
  for _, entry in ipairs(redis.call('XRANGE', key, args[1], '+', 'COUNT', args[2])) do
    reply[#reply + 1] = entry[1]
    reply[#reply + 1] = entry[2][2]
  end
  return reply
end

register('event_read', event_read, { 'no-writes' })
