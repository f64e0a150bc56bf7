-- snapshot_tasks: reads tasks for a snapshot.
--
-- keys    root of the swarm
-- args    ids
-- returns for each, in their order, the record and behind it its attempts (task_attempts), or false where there is none; less than were asked for when they have
--         many bytes: one at least, and about 4 MiB
-- fails   SWARMNOTFOUND
-- promise changes nothing; all of them are read at one instant

local function snapshot_tasks(keys, args)
  local root, reply, bytes = keys[1], {}, 0
  if not swarm_exists(root) then return swarm_not_found() end
  for _, id in ipairs(args) do
    if bytes >= SNAPSHOT_CALL_BYTES then break end
    local record = read_record(root, id)
    reply[#reply + 1] = record
    if record then
      record[6] = record[6] or {}
      record[7] = redis.call('LRANGE', key_of.attempts(root, id), '0', '-1')
      bytes = bytes + bytes_of_record(record[2], record[4], record[5], unpack(record[6] or {}))
    end
  end
  return reply
end

register('snapshot_tasks', snapshot_tasks, { 'no-writes' })
