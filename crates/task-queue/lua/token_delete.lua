-- token_delete: forgets a token: no server lets its owner in any more.
--
-- keys    root of the directory
-- args    name
-- returns how many were removed, 0 or 1
-- fails   -
-- promise servers hear of it by the version

local function token_delete(keys, args)
  if redis.call('HDEL', keys[1] .. 'tokens', args[1]) == 0 then return 0 end
  redis.call('INCR', keys[1] .. 'tokenversion')
  return 1
end

register('token_delete', token_delete, { 'allow-oom' })
