-- queue_list: reads a stretch of a swarm's queues.
--
-- keys    root of the swarm
-- args    queue after which to begin ('' for the start), queues at most
-- returns { queue after which to go on ('' at the end), now, queue, … }, each as queue_get returns it
-- fails   SWARMNOTFOUND
-- promise changes nothing; asks no more than ASKED questions about ready tasks, but looks at one queue at least

local ASKED = 1200

local function queue_list(keys, args)
  local root, after, most = keys[1], args[1], tonumber(args[2])
  if not swarm_exists(root) then return swarm_not_found() end
  local names = redis.call('ZRANGEBYLEX', root .. 'queues', after == '' and '-' or '(' .. after, '+', 'LIMIT', '0', int(most))
  local reply, left = { '', int(now_ms(root)) }, ASKED
  for at, queue in ipairs(names) do
    local record, asked = queues.record(root, queue)
    reply[#reply + 1], left = record, left - asked
    if at == most or (left <= 0 and at < #names) then
      reply[1] = queue
      break
    end
  end
  return reply
end

register('queue_list', queue_list, { 'no-writes' })
