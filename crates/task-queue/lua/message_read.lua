-- message_read: reads messages of an inbox, and marks its agent as seen.
--
-- keys    root of the swarm
-- args    agent, number after which to begin, messages at most, milliseconds the agent stands by
-- returns { more (0|1), last number looked at, now in milliseconds, `<number> <id>`, message, … }, the eldest first, none that has expired;
--         more where the call reached its bound before the end of the inbox; or AGENTNOTFOUND
-- fails   SWARMNOTFOUND
-- promise no message is consumed

-- Bytes of messages that one call returns, decompressed, a message over.
local READ_BYTES = 4 * 1024 * 1024

local function has_expired(text, now)
  return tonumber(string.match(text, '^%d+ (%d+)')) <= now
end

local function message_read(keys, args)
  local root, agent, limit = keys[1], args[1], tonumber(args[3])
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  if not see_agent(effects, agent, tonumber(args[4])) then return 'AGENTNOTFOUND' end
  write_effects(effects)
  local reply, found, bytes = { 0, args[2], precise(effects.now) }, 0, 0
  local most = limit + EXPIRED_BESIDE
  local entries =
    redis.call('ZRANGEBYSCORE', key_of.inbox(root, agent), '(' .. args[2], '+inf', 'WITHSCORES', 'LIMIT', '0', int(most))
  for at = 1, #entries, 2 do
    if found == limit or bytes >= READ_BYTES then
      reply[1] = 1
      return reply
    end
    local id = string.sub(entries[at], 1, ID_BYTES)
    local text = redis.call('GET', key_of.message(root, id))
    reply[2] = entries[at + 1]
    if text and not has_expired(text, effects.now) then
      found, bytes = found + 1, bytes + bytes_of_frame(text, string.find(text, '\n', 1, true) + 1)
      reply[#reply + 1] = entries[at + 1] .. ' ' .. id
      reply[#reply + 1] = text
    end
  end
  if #entries == most * 2 then reply[1] = 1 end
  return reply
end

register('message_read', message_read, { 'allow-oom' })
