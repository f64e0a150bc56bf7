-- state_list: reads a stretch of the swarm's state, in the order of the keys' bytes.
--
-- keys    root of the swarm
-- args    prefix of the keys, key after which to begin ('' at the start), entries wanted
-- returns { version of the swarm's last change, where to go on ('' at the end), key, entry, … }
-- fails   SWARMNOTFOUND
-- promise looks at one key more than asked; a key that is there all the while is left out of no list; what has expired is
--         not there

-- Bytes of values one call returns, decompressed, one value over.
local LIST_BYTES = 4 * 1024 * 1024

local function state_list(keys, args)
  local root, prefix, after, want = keys[1], args[1], args[2], tonumber(args[3])
  if not swarm_exists(root) then return swarm_not_found() end
  local now, left = now_ms(root), LIST_BYTES
  local reply = { redis.call('GET', root .. 'sv') or '0', '' }
  local from = after == '' and '[' .. prefix or '(' .. after
  -- No text has this byte: all that begins with the prefix comes before it.
  local to = '(' .. prefix .. '\255'
  local found = redis.call('ZRANGEBYLEX', root .. 'statekeys', from, to, 'LIMIT', '0', int(want + 1))
  for at, key in ipairs(found) do
    if at > want or left <= 0 then
      reply[2] = found[at - 1]
      break
    end
    local text = redis.call('GET', root .. 'v:' .. key)
    local entry = text and parse_entry(text, now)
    if entry and entry.live then
      reply[#reply + 1] = key
      reply[#reply + 1] = text
      left = left - bytes_of_frame(entry.frame, 1)
    end
  end
  return reply
end

register('state_list', state_list, { 'no-writes' })
