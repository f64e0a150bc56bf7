-- snapshot_state: reads the state for a snapshot, in the order of its keys.
--
-- keys    root of the swarm
-- args    key after which to begin ('' for the start), how many at most
-- returns keys and what is stored under them in turn, false where a key is gone; less than are there when they have many
--         bytes: one at least, and about 4 MiB
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function snapshot_state(keys, args)
  local root, from, reply, bytes = keys[1], args[1] == '' and '-' or '(' .. args[1], {}, 0
  if not swarm_exists(root) then return swarm_not_found() end
  for _, key in ipairs(redis.call('ZRANGEBYLEX', root .. 'statekeys', from, '+', 'LIMIT', '0', args[2])) do
    if bytes >= SNAPSHOT_CALL_BYTES then break end
    local text = redis.call('GET', root .. 'v:' .. key)
    reply[#reply + 1] = key
    reply[#reply + 1] = text
    if text then bytes = bytes + #text end
  end
  return reply
end

register('snapshot_state', snapshot_state, { 'no-writes' })
