-- token_add: keeps a token for all servers.
--
-- keys    root of the directory
-- args    name, SHA-256 in hexadecimal digits, record (JSON)
-- returns { created (0|1), created_at }, or the word TOKENEXISTS or TOOMANYTOKENS
-- fails   -
-- promise a name is of one token; the same token again is answered as the first time. What was kept once
--         leaves a version behind, which never goes back to none

local function token_add(keys, args)
  local tokens, name, digest = keys[1] .. 'tokens', args[1], args[2]
  local known = redis.call('HGET', tokens, name)
  if known then
    local own, created_at, record = string.match(known, '^(%S+) (%d+) (.*)$')
    if own == digest and record == args[3] then return { 0, created_at } end
    return 'TOKENEXISTS'
  end
  if redis.call('HLEN', tokens) >= TOKENS then return 'TOOMANYTOKENS' end
  local now = int(now_ms(keys[1]))
  redis.call('HSET', tokens, name, digest .. ' ' .. now .. ' ' .. args[3])
  redis.call('INCR', keys[1] .. 'tokenversion')
  return { 1, now }
end

register('token_add', token_add, {})
