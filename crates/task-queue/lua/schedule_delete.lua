-- schedule_delete: removes a schedule.
--
-- keys    root of the swarm
-- args    name
-- returns how many were removed, 0 or 1
-- fails   SWARMNOTFOUND
-- promise it does not run any more; the tasks of its runs stay

local function schedule_delete(keys, args)
  local root, name = keys[1], args[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  if redis.call('HDEL', root .. 'schedules', name) == 0 then return 0 end
  redis.call('ZREM', root .. 'fires', name)
  redis.call('DEL', key_of.schedule(root, name))
  local effects = new_effects(root, swarm, now_ms(root))
  note(effects, 'schedule.removed\tc' .. name)
  write_effects(effects)
  return 1
end

register('schedule_delete', schedule_delete, { 'allow-oom' })
