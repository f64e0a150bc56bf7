-- swarm_enroll: enters a swarm into the directory, before it is made.
--
-- keys    root of the directory
-- args    name
-- returns 1 when it is new, else 0
-- fails   -
-- promise a swarm that exists is in the directory; whoever was about to withdraw the name leaves it there

local function swarm_enroll(keys, args)
  redis.call('HDEL', keys[1] .. 'leaving', args[1])
  return redis.call('ZADD', keys[1] .. 'swarms', 0, args[1])
end

register('swarm_enroll', swarm_enroll, {})
