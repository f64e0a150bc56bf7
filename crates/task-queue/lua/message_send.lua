-- message_send: puts messages into inboxes.
--
-- keys    root of the swarm
-- args    idempotency key ('' for none), digest of the body,
--         then for each message: id, sender (behind an `@`: who must be registered), to (an agent, `#` and a topic, or
--         `*` for the whole swarm), milliseconds it is kept, rest of the message (header, line break, frame of the body)
-- returns { replayed (0|1), item, … }; an item is a line: `ok <id> <inboxes> [<agent whose inbox was full> …]`, at most
--         a hundred of them named; `AGENTNOTFOUND`, SENDERNOTFOUND, `INBOXFULL <agent>` or TOOMANYRECIPIENTS
-- fails   SWARMNOTFOUND, IDEMPOTENCYMISMATCH
-- promise messages enter each inbox in the order of the call, under numbers that rise by one; a message whose id is
--         known is not sent again; its sender gets none that goes to a topic or to the swarm

local function send_one(effects, plan, message)
  local refusal = check_send(effects, plan, message)
  if refusal then return refusal end
  return sent_line(message, apply_send(effects, plan, message))
end

local function message_send(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local reply, refusal = replay(root, args[1], args[2])
  if reply or refusal then return reply or refusal end
  local effects, plan = new_effects(root, swarm, now_ms(root)), new_sends()
  reply = { 0 }
  for at = 3, #args, SEND_ARGS do reply[#reply + 1] = send_one(effects, plan, read_send(args, at)) end
  push_sends(root, plan)
  write_effects(effects)
  -- A refusal that may not last is not remembered.
  if reply[2] and string.sub(reply[2], 1, 3) == 'ok ' then keep_reply(root, args[1], args[2], reply) end
  return reply
end

register('message_send', message_send, {})
