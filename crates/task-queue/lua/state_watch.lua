-- state_watch: reads what has changed in the swarm's state, in the order of the changes.
--
-- keys    root of the swarm
-- args    version after which to begin, prefix of the keys, changes wanted, changes looked at
-- returns { version up to which all was looked at, more (0|1), key, version, entry or false, … }; false is a deletion
-- fails   SWARMNOTFOUND
-- promise looks at no more changes than asked; of a key that has changed several times the last change is told; a key
--         that has expired is told of when its deletion is, and not before

-- Bytes of values one call returns, decompressed, one value over.
local WATCH_BYTES = 4 * 1024 * 1024

local function state_watch(keys, args)
  local root, since, prefix, want, look = keys[1], args[1], args[2], tonumber(args[3]), tonumber(args[4])
  if not swarm_exists(root) then return swarm_not_found() end
  local now, left, reply = now_ms(root), WATCH_BYTES, { since, 1 }
  local found = redis.call('ZRANGEBYSCORE', root .. 'versions', '(' .. since, '+inf', 'WITHSCORES', 'LIMIT', '0', int(look + 1))
  for at = 1, #found, 2 do
    if want <= 0 or left <= 0 or at > look * 2 then return reply end
    local key, version = found[at], found[at + 1]
    if string.sub(key, 1, #prefix) == prefix then
      local text = redis.call('GET', root .. 'v:' .. key)
      local entry = text and parse_entry(text, now)
      if not entry or entry.live then
        reply[#reply + 1] = key
        reply[#reply + 1] = version
        reply[#reply + 1] = text
        want, left = want - 1, left - (entry and bytes_of_frame(entry.frame, 1) or 0)
      end
    end
    reply[1] = version
  end
  reply[1], reply[2] = redis.call('GET', root .. 'sv') or '0', 0
  return reply
end

register('state_watch', state_watch, { 'no-writes' })
