-- schedule_list: reads a stretch of the schedules, in the order of their names.
--
-- keys    root of the swarm
-- args    name after which to begin ('' for the start), schedules wanted
-- returns { now, name after which to go on ('' at the end), schedule, … }: see parts/schedule.lua; less than are there
--         when they have many bytes: one at least, and about 4 MiB
-- fails   SWARMNOTFOUND
-- promise changes nothing; one that is there all the time is not left out

local function schedule_list(keys, args)
  local root, after, want = keys[1], args[1], tonumber(args[2])
  if not swarm_exists(root) then return swarm_not_found() end
  local reply, bytes = { now_ms(root), '' }, 0
  -- A swarm has SCHEDULES at most.
  local names = redis.call('HKEYS', root .. 'schedules')
  table.sort(names)
  for at, name in ipairs(names) do
    if name > after then
      local record = schedule_record(root, name)
      reply[#reply + 1] = record
      bytes = bytes + #record[2]
      if (#reply - 2 >= want or bytes >= SNAPSHOT_CALL_BYTES) and at < #names then
        reply[2] = name
        break
      end
    end
  end
  return reply
end

register('schedule_list', schedule_list, { 'no-writes' })
