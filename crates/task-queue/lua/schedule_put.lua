-- schedule_put: makes a schedule, or says anew what it is.
--
-- keys    root of the swarm
-- args    name, what is said of it, when it is due next ('' while it is paused), 1 while it is paused
-- returns { new (0|1), now, the schedule: see parts/schedule.lua } or { 'TOOMANYSCHEDULES' }
-- fails   SWARMNOTFOUND
-- promise one that was there keeps its counts and its last run; a run that was due under what was said before is no
--         more due

local function schedule_put(keys, args)
  local root, name, said, due, paused = keys[1], args[1], args[2], args[3], args[4] == '1'
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local now = now_ms(root)
  local new = redis.call('HEXISTS', root .. 'schedules', name) == 0
  if new and redis.call('HLEN', root .. 'schedules') >= SCHEDULES then return { 'TOOMANYSCHEDULES' } end
  local key = key_of.schedule(root, name)
  redis.call('HSET', root .. 'schedules', name, said)
  redis.call('HINCRBY', key, 'vn', '1')
  if new then redis.call('HSET', key, 'cr', int(now)) end
  if paused then
    redis.call('HSET', key, 'of', '1')
    redis.call('ZREM', root .. 'fires', name)
  else
    redis.call('HDEL', key, 'of')
    redis.call('ZADD', root .. 'fires', due, name)
  end
  local effects = new_effects(root, swarm, now)
  note(effects, 'schedule.changed\tc' .. name)
  write_effects(effects)
  return { new and 1 or 0, now, schedule_record(root, name) }
end

register('schedule_put', schedule_put, {})
