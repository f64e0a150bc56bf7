-- swarm_put: makes a swarm, or changes what is said of it.
--
-- keys    root of the swarm
-- args    description (JSON of the caller), most agents, most tasks (each '' for any number), '1' without events else ''
-- returns { created (0|1), what swarm_get returns }
-- fails   SWARMCLOSED
-- promise `default` is never new; the time of its making and whether it is paused never change

local FIELDS = { 'description', 'max_agents', 'max_tasks', 'quiet' }

-- Returns whether that changes anything.
local function say(key, said)
  local before, changed = redis.call('HMGET', key, unpack(FIELDS)), false
  for at, field in ipairs(FIELDS) do
    if (before[at] or '') ~= said[at] then
      changed = true
      if said[at] == '' then redis.call('HDEL', key, field) else redis.call('HSET', key, field, said[at]) end
    end
  end
  return changed
end

local function swarm_put(keys, args)
  local root, now = keys[1], now_ms(keys[1])
  local key = root .. 'swarm'
  if redis.call('HEXISTS', key, 'closed') == 1 then
    return redis.error_reply('SWARMCLOSED the swarm is being cleared or restored')
  end
  local before = open_swarm(root)
  local effects = new_effects(root, before or { followed_until = 0 }, now)
  -- The change that turns events off is still one of them.
  effects.quiet = effects.quiet and args[4] == '1'
  redis.call('HSETNX', key, 'created_at', int(now))
  if not before then clock.made(root) end
  local changed = say(key, args)
  if before and changed then note(effects, 'swarm.changed') end
  write_effects(effects)
  return { before and 0 or 1, describe_swarm(root) }
end

register('swarm_put', swarm_put, {})
