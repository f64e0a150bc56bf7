-- schedule_get: reads a schedule, and what time it is.
--
-- keys    root of the swarm
-- args    name
-- returns { now, the schedule: see parts/schedule.lua, or false where there is none }
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function schedule_get(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  return { now_ms(root), schedule_record(root, args[1]) }
end

register('schedule_get', schedule_get, { 'no-writes' })
