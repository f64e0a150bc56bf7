-- task_output: reads what holders of a task have streamed.
--
-- keys    root of the swarm
-- args    id, number behind which to begin, chunks at most, whether the reader waits (0|1)
-- returns { number of the last chunk there is, whether the task has finished (0|1), chunk, … }, a chunk as `<number>
--         <attempt> <at>\n<frame>`; false where there is no such task
-- fails   SWARMNOTFOUND
-- promise chunks come in the order of their numbers; where a reader waits for the next one, whoever writes it publishes
--         `o <id>`, and whoever ends the task `f <id>`

local FINISHED = { completed = true, failed = true, cancelled = true }

local function task_output(keys, args)
  local root, id, after, limit = keys[1], args[1], tonumber(args[2]), tonumber(args[3])
  if not swarm_exists(root) then return swarm_not_found() end
  if redis.call('EXISTS', key_of.spec(root, id)) == 0 then return false end
  local key, state = key_of.output(root, id), key_of.state(root, id)
  local head = redis.call('LINDEX', key, '0')
  local last, bytes, waited = output.parse(head)
  local finished = FINISHED[redis.call('HGET', state, 'st')]
  local reply = { last, finished and 1 or 0 }
  if after < last then
    local first = last - redis.call('LLEN', key) + 2
    local from = math.max(after + 1 - first, 0) + 1
    for _, chunk in ipairs(redis.call('LRANGE', key, int(from), int(from + limit - 1))) do reply[#reply + 1] = chunk end
  elseif args[4] == '1' and not finished then
    redis.call('HSET', state, 'wt', '1')
    if not head then redis.call('RPUSH', key, output.head(0, 0, true)) end
    if head and not waited then redis.call('LSET', key, '0', output.head(last, bytes, true)) end
  end
  return reply
end

register('task_output', task_output, { 'allow-oom' })
