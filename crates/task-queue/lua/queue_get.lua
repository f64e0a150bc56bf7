-- queue_get: reads a queue.
--
-- keys    root of the swarm
-- args    queue
-- returns { now, { name, its arrows and what is said of it, since when its oldest ready task has been ready } }, or
--         { NOTFOUND } where there is none
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function queue_get(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  if redis.call('EXISTS', key_of.queue(root, args[1])) == 0 then return { 'NOTFOUND' } end
  return { int(now_ms(root)), (queues.record(root, args[1])) }
end

register('queue_get', queue_get, { 'no-writes' })
