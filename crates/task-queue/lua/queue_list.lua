-- queue_list: reads a stretch of a swarm's queues.
--
-- keys    root of the swarm
-- args    queue after which to begin ('' for the start), queues at most
-- returns { queue after which to go on ('' at the end), now, queue, … }, each as queue_get returns it
-- fails   SWARMNOTFOUND
-- promise changes nothing; looks at no more than LISTS lists of ready tasks, and at those of one queue at least

local LISTS = 1000

local function queue_list(keys, args)
  local root, after, most = keys[1], args[1], tonumber(args[2])
  if not swarm_exists(root) then return swarm_not_found() end
  local names = redis.call('ZRANGEBYLEX', root .. 'queues', after == '' and '-' or '(' .. after, '+', 'LIMIT', '0', int(most))
  local reply, left = { '', int(now_ms(root)) }, LISTS
  for at, queue in ipairs(names) do
    local record, looked = queues.record(root, queue)
    reply[#reply + 1], left = record, left - looked
    if at == most or (left <= 0 and at < #names) then
      reply[1] = queue
      break
    end
  end
  return reply
end

register('queue_list', queue_list, { 'no-writes' })
