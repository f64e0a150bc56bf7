-- message_ack: takes messages that were acknowledged out of an inbox, and marks its agent as seen.
--
-- keys    root of the swarm
-- args    agent, number up to which ('' where ids follow), ids
-- returns { messages taken out, more (0|1) }; more where a call took as many as it may; or AGENTNOTFOUND
-- fails   SWARMNOTFOUND
-- promise a message goes for good when no inbox has it any more; what is not in the inbox does not count

-- Messages one call takes out.
local ACK_STEP = 1000

local function message_ack(keys, args)
  local root, agent, up_to = keys[1], args[1], args[2]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects, entries = new_effects(root, swarm, now_ms(root)), nil
  if not see_agent(effects, agent, 0) then return 'AGENTNOTFOUND' end
  write_effects(effects)
  expire_messages(effects, EXPIRED_BESIDE)
  if up_to == '' then
    entries = entries_of(root, agent, { unpack(args, 3) })
  else
    entries = redis.call('ZRANGEBYSCORE', key_of.inbox(root, agent), '-inf', up_to, 'LIMIT', '0', int(ACK_STEP))
  end
  take_out(root, agent, entries)
  return { #entries, up_to ~= '' and #entries == ACK_STEP and 1 or 0 }
end

register('message_ack', message_ack, { 'allow-oom' })
