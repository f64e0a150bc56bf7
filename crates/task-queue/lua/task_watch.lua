-- task_watch: reads a task and asks for a wake-up when it finishes.
--
-- keys    root of the swarm
-- args    id
-- returns the record, or false where there is none
-- fails   SWARMNOTFOUND
-- promise whoever ends the task publishes `f <id>`; a task that nobody watches costs nothing for it

local function task_watch(keys, args)
  local root, id = keys[1], args[1]
  if not swarm_exists(root) then return swarm_not_found() end
  local record = read_record(root, id)
  if not record then return false end
  local status = redis.call('HGET', key_of.state(root, id), 'st')
  if status ~= 'completed' and status ~= 'failed' and status ~= 'cancelled' then
    redis.call('HSET', key_of.state(root, id), 'wt', '1')
  end
  return record
end

register('task_watch', task_watch, { 'allow-oom' })
