-- swarm_withdraw: takes the name of a swarm that is gone out of the directory, in two steps: said first, and done when
-- it is said again under the same token. Between the two whoever withdraws makes sure that there is no such swarm.
--
-- keys    root of the directory
-- args    name, token
-- returns 1 when the name is out, 0 when that was said only
-- fails   -
-- promise a name that was entered between the two steps stays

local function swarm_withdraw(keys, args)
  local leaving, name, token = keys[1] .. 'leaving', args[1], args[2]
  if redis.call('HGET', leaving, name) ~= token then
    redis.call('HSET', leaving, name, token)
    return 0
  end
  redis.call('HDEL', leaving, name)
  redis.call('ZREM', keys[1] .. 'swarms', name)
  return 1
end

register('swarm_withdraw', swarm_withdraw, { 'allow-oom' })
