-- Sends messages: what would refuse one is looked at before anything is written.
--   to  an agent's name, TOPIC and a topic's name, or EVERYBODY

local SEND_ARGS = 5

local read_send, new_sends, check_send, apply_send, sent_line, push_sends
do
  local TOPIC, EVERYBODY = '#', '*'
  -- `@`, before a sender who must be registered.
  local MUST_BE = 64
  -- Full inboxes that are named in an answer.
  local FULL_INBOXES_TOLD = 100
  -- Full inboxes that one call searches for expired messages.
  local SEARCHES = 10
  -- Agents that one wake-up names.
  local WOKEN_AT_ONCE = 100
  -- Inboxes whose messages enter `mail` in one command.
  local MAILED_AT_ONCE = 2000

  function read_send(args, at)
    local from = args[at + 1]
    local registered = string.byte(from) == MUST_BE
    if registered then from = string.sub(from, 2) end
    return { id = args[at], from = from, registered = registered, to = args[at + 2], ttl = tonumber(args[at + 3]), rest = args[at + 4] }
  end

  -- What the sends of one call have come to so far.
  function new_sends()
    return { recipients = 0, adding = {}, searches = SEARCHES, woken = {}, woken_before = {} }
  end

  -- Whether an inbox takes one more; nil where there is no such agent.
  local function has_room(effects, plan, agent)
    local root, adding = effects.root, plan.adding[agent] or 0
    local most = redis.call('HGET', key_of.agent(root, agent), 'il')
    if not most then return nil end
    most = tonumber(most) - adding
    if redis.call('ZCARD', key_of.inbox(root, agent)) < most then return true end
    if plan.searches <= 0 then return false end
    if plan.searches == SEARCHES then expire_messages(effects, EXPIRED_BESIDE) end
    plan.searches = plan.searches - 1
    expire_inbox(effects, agent)
    return redis.call('ZCARD', key_of.inbox(root, agent)) < most
  end

  -- Those a message is for, without its sender; nil where they are more than one call may reach.
  local function addressees(root, plan, message)
    local to, kind, found = message.to, string.sub(message.to, 1, 1), nil
    if kind ~= TOPIC and kind ~= EVERYBODY then return { to } end
    local key = kind == TOPIC and key_of.subscribers(root, string.sub(to, 2)) or root .. 'agents'
    local count = redis.call(kind == TOPIC and 'SCARD' or 'ZCARD', key)
    if count > MESSAGE_RECIPIENTS - plan.recipients + 1 then return nil end
    local all, others = nil, {}
    if kind == TOPIC then all = redis.call('SMEMBERS', key) else all = redis.call('ZRANGE', key, '0', '-1') end
    for _, agent in ipairs(all) do
      if agent ~= message.from then others[#others + 1] = agent end
    end
    return others
  end

  -- Returns a refusal, SENDERNOTFOUND, AGENTNOTFOUND, `INBOXFULL <agent>` or TOOMANYRECIPIENTS; or nil. Notes what it lets pass, so that
  -- the next one is looked at as if this one were in.
  function check_send(effects, plan, message)
    local root = effects.root
    if message.registered and redis.call('EXISTS', key_of.agent(root, message.from)) == 0 then return 'SENDERNOTFOUND' end
    local agents, open, full = addressees(root, plan, message), {}, {}
    if not agents or plan.recipients + #agents > MESSAGE_RECIPIENTS then return 'TOOMANYRECIPIENTS' end
    for _, agent in ipairs(agents) do
      local room = has_room(effects, plan, agent)
      if room then
        open[#open + 1] = agent
      elseif room == false then
        full[#full + 1] = agent
      end
    end
    if agents[1] == message.to and #open == 0 then
      return full[1] and 'INBOXFULL ' .. message.to or 'AGENTNOTFOUND'
    end
    message.recipients, message.full = open, full
    plan.recipients = plan.recipients + #agents
    for _, agent in ipairs(open) do plan.adding[agent] = (plan.adding[agent] or 0) + 1 end
  end

  -- Enters a message into the inboxes it goes to.
  local function deliver(effects, message, entry, expires)
    local root, mail = effects.root, {}
    for at, agent in ipairs(message.recipients) do
      local seq = redis.call('HINCRBY', key_of.agent(root, agent), 'sq', '1')
      redis.call('ZADD', key_of.inbox(root, agent), int(seq), entry)
      mail[#mail + 1] = expires
      mail[#mail + 1] = message.id .. ' ' .. agent
      if at % MAILED_AT_ONCE == 0 or at == #message.recipients then
        redis.call('ZADD', root .. 'mail', unpack(mail))
        mail = {}
      end
    end
  end

  -- Writes a message that was let pass; `push_sends` has to follow the last one. Returns how many inboxes got it, and the
  -- agents whose inboxes were full.
  function apply_send(effects, plan, message)
    local root, id, recipients = effects.root, message.id, message.recipients
    local expires = int(effects.now + message.ttl)
    local text = table.concat({ int(effects.now), ' ', expires, ' ', message.rest })
    -- A call that is repeated finds its message there.
    local new = #recipients > 0 and redis.call('SET', key_of.message(root, id), text, 'NX')
    if new then
      if #recipients > 1 then redis.call('SET', key_of.sharers(root, id), int(#recipients)) end
      deliver(effects, message, #recipients > 1 and id .. SHARED or id, expires)
    end
    if new or #recipients == 0 then
      note(effects, 'message.sent\tm' .. id .. '\tf' .. message.from .. '\to' .. message.to)
    end
    for _, agent in ipairs(recipients) do
      plan.adding[agent] = plan.adding[agent] - 1
      if not plan.woken_before[agent] then
        plan.woken_before[agent] = true
        plan.woken[#plan.woken + 1] = agent
      end
    end
    return #recipients, message.full
  end

  -- What is answered of a message that was sent: `ok <id> <inboxes> [<agent whose inbox was full> …]`.
  function sent_line(message, inboxes, full)
    local line = { 'ok', message.id, int(inboxes) }
    table.sort(full)
    for at = 1, math.min(#full, FULL_INBOXES_TOLD) do line[#line + 1] = full[at] end
    return table.concat(line, ' ')
  end

  -- Wakes those who wait for what was sent.
  function push_sends(root, plan)
    for from = 1, #plan.woken, WOKEN_AT_ONCE do
      wake(root, 'm', table.concat(plan.woken, ' ', from, math.min(from + WOKEN_AT_ONCE - 1, #plan.woken)))
    end
  end
end
