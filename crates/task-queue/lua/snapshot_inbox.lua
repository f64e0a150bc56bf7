-- snapshot_inbox: reads an inbox for a snapshot, in the order of its numbers.
--
-- keys    root of the swarm
-- args    agent, number after which to begin, last number to read, how many at most
-- returns for each: { number, member, message }; message is false where several inboxes share it, and where it is gone;
--         less than are there when they have many bytes: one at least, and about 4 MiB
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function snapshot_inbox(keys, args)
  local root, reply, bytes = keys[1], {}, 0
  if not swarm_exists(root) then return swarm_not_found() end
  local page = redis.call('ZRANGE', key_of.inbox(root, args[1]), '(' .. args[2], args[3], 'BYSCORE', 'LIMIT', '0', args[4],
    'WITHSCORES')
  for at = 1, #page, 2 do
    if bytes >= SNAPSHOT_CALL_BYTES then break end
    local member = page[at]
    local shared = string.sub(member, -1) == SHARED
    local message = not shared and redis.call('GET', key_of.message(root, member))
    if message then bytes = bytes + #message end
    reply[#reply + 1] = { int(tonumber(page[at + 1])), member, message }
  end
  return reply
end

register('snapshot_inbox', snapshot_inbox, { 'no-writes' })
