-- task_get: reads a task.
--
-- keys    root of the swarm
-- args    id
-- returns the record, or false where there is none
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function task_get(keys, args)
  if not swarm_exists(keys[1]) then return swarm_not_found() end
  return read_record(keys[1], args[1])
end

register('task_get', task_get, { 'no-writes' })
