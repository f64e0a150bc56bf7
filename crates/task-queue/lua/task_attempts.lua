-- task_attempts: reads what became of a task's attempts.
--
-- keys    root of the swarm
-- args    id
-- returns { record, … }, the eldest first: `<fence> <attempt> <agent, or -> <started_at> <ended_at, - while it goes on>
--         <outcome, - while it goes on> <whether its error was left out 0|1>\n<frame of its error>`; false where there is
--         no such task
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function task_attempts(keys, args)
  local root, id = keys[1], args[1]
  if not swarm_exists(root) then return swarm_not_found() end
  if redis.call('EXISTS', key_of.spec(root, id)) == 0 then return false end
  local reply = redis.call('LRANGE', key_of.attempts(root, id), '0', '-1')
  reply[#reply + 1] = attempts.last(root, id)
  return reply
end

register('task_attempts', task_attempts, { 'no-writes' })
