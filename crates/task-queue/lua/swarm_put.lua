-- swarm_put: makes a swarm, or changes what is said of it.
--
-- keys    root of the swarm
-- args    description (JSON of the caller)
-- returns { created (0|1), created_at }
-- fails   -
-- promise `default` is never new; the time of its making never changes

local function swarm_put(keys, args)
  local key = keys[1] .. 'swarm'
  local created = redis.call('HSETNX', key, 'created_at', now_ms(keys[1]))
  redis.call('HSET', key, 'description', args[1])
  if keys[1] == DEFAULT_ROOT then created = 0 end
  return { created, redis.call('HGET', key, 'created_at') }
end

register('swarm_put', swarm_put, {})
