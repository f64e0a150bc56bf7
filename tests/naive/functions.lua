#!lua name=waggle_naive

-- Purpose: the obvious layout, one hash a task with its payload inside and sorted sets for every order.
-- Keys: a queue's root; the keys below it carry its hash tag.

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Arguments: id, queue, payload, priority. Returns the time of creation.
local function submit(keys, args)
  local at = now()
  redis.call('HSET', keys[1] .. ':task:' .. args[1], 'id', args[1], 'queue', args[2], 'payload', args[3],
    'status', 'ready', 'priority', args[4], 'attempt', 0, 'max_attempts', 3, 'created_at', at)
  local order = redis.call('INCR', keys[1] .. ':order')
  redis.call('ZADD', keys[1] .. ':ready:' .. args[2], (9 - args[4]) * 1e12 + order, args[1])
  return at
end

-- Arguments: agent, queue, token, lease in milliseconds. Returns the task's fields, or nothing.
local function claim(keys, args)
  local popped = redis.call('ZPOPMIN', keys[1] .. ':ready:' .. args[2])
  if not popped[1] then return false end
  local at, key = now(), keys[1] .. ':task:' .. popped[1]
  redis.call('HINCRBY', key, 'attempt', 1)
  redis.call('HSET', key, 'status', 'running', 'agent', args[1], 'token', args[3], 'started_at', at)
  redis.call('ZADD', keys[1] .. ':leases', at + args[4], popped[1])
  return redis.call('HMGET', key, 'id', 'queue', 'payload', 'priority', 'attempt', 'created_at')
end

-- Arguments: id, token, result. Returns 1, or 0 when the lease is another's.
local function complete(keys, args)
  local key = keys[1] .. ':task:' .. args[1]
  if redis.call('HGET', key, 'token') ~= args[2] then return 0 end
  local at = now()
  redis.call('HSET', key, 'status', 'completed', 'result', args[3], 'finished_at', at)
  redis.call('HDEL', key, 'token')
  redis.call('ZREM', keys[1] .. ':leases', args[1])
  redis.call('ZADD', keys[1] .. ':finished', at, args[1])
  return 1
end

redis.register_function('naive_submit', submit)
redis.register_function('naive_claim', claim)
redis.register_function('naive_complete', complete)
