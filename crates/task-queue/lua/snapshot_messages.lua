-- snapshot_messages: reads messages for a snapshot.
--
-- keys    root of the swarm
-- args    ids
-- returns for each, in their order, the message, or false where there is none; less than were asked for when they have
--         many bytes: one at least, and about 4 MiB
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function snapshot_messages(keys, args)
  local root, reply, bytes = keys[1], {}, 0
  if not swarm_exists(root) then return swarm_not_found() end
  for _, id in ipairs(args) do
    if bytes >= SNAPSHOT_CALL_BYTES then break end
    local message = redis.call('GET', key_of.message(root, id))
    reply[#reply + 1] = message
    if message then bytes = bytes + #message end
  end
  return reply
end

register('snapshot_messages', snapshot_messages, { 'no-writes' })
