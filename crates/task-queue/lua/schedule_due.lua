-- schedule_due: reads the schedules that are due.
--
-- keys    root of the swarm
-- args    how many at most
-- returns { now, milliseconds until the next one ('' when none is waiting), schedule, … }: see parts/schedule.lua; less
--         than are due when they have many bytes: one at least, and about 4 MiB
-- fails   -
-- promise changes nothing; a paused swarm has none that is due

local function schedule_due(keys, args)
  local root = keys[1]
  local swarm, now = open_swarm(root), now_ms(root)
  if not swarm or swarm.paused then return { now, '' } end
  local first = redis.call('ZRANGE', root .. 'fires', '0', '0', 'WITHSCORES')
  if not first[2] then return { now, '' } end
  if tonumber(first[2]) > now then return { now, int(tonumber(first[2]) - now) } end
  local reply, bytes = { now, '0' }, 0
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', root .. 'fires', '-inf', int(now), 'LIMIT', '0', args[1])) do
    if bytes >= SNAPSHOT_CALL_BYTES then break end
    local record = schedule_record(root, name)
    reply[#reply + 1] = record
    bytes = bytes + #record[2]
  end
  return reply
end

register('schedule_due', schedule_due, { 'no-writes' })
