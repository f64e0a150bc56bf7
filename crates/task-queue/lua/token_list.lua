-- token_list: names the tokens that are kept, where these are not the ones that are known already.
--
-- keys    root of the directory
-- args    version that is known ('' for none)
-- returns { version, now, `<digest> <created_at> <record>`, … }, no tokens where the version is the known one; the
--         version is 0 where there never was a token
-- fails   -
-- promise changes nothing

local function token_list(keys, args)
  local version = redis.call('GET', keys[1] .. 'tokenversion') or '0'
  local tokens = version ~= args[1] and redis.call('HVALS', keys[1] .. 'tokens') or {}
  table.insert(tokens, 1, int(now_ms(keys[1])))
  table.insert(tokens, 1, version)
  return tokens
end

register('token_list', token_list, { 'no-writes' })
