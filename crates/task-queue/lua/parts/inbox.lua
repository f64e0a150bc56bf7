-- Inboxes. A message is stored once, however many get it, as the string `m:<id>`:
--   <sent_at> <expires_at> <header>\n<frame of the body>
-- The header is JSON of this service's own making, for Rust alone. An inbox is the sorted set `n:<agent>`: ids by their
-- number in it, with SHARED behind an id that went to several inboxes; how many of them still have it is counted in
-- `mc:<id>`. `mail` holds `<id> <agent>` for every message in every inbox, by the time it expires.

local SHARED = '*'
local ID_BYTES = 36

-- Expired messages that a call takes out beside what it is for.
local EXPIRED_BESIDE = 100

-- Takes entries that are in an inbox out of it, at most 1,000; a message goes with the last inbox that has it.
local function take_out(root, agent, entries)
  if #entries == 0 then return end
  local mail, gone = {}, {}
  for at, entry in ipairs(entries) do
    local id = string.sub(entry, 1, ID_BYTES)
    mail[at] = id .. ' ' .. agent
    if id == entry then
      gone[#gone + 1] = key_of.message(root, id)
    elseif redis.call('DECR', key_of.sharers(root, id)) <= 0 then
      gone[#gone + 1] = key_of.message(root, id)
      gone[#gone + 1] = key_of.sharers(root, id)
    end
  end
  redis.call('ZREM', key_of.inbox(root, agent), unpack(entries))
  redis.call('ZREM', root .. 'mail', unpack(mail))
  if #gone > 0 then redis.call('UNLINK', unpack(gone)) end
end

-- The entries under which an inbox has these messages, at most 1,000.
local function entries_of(root, agent, ids)
  local forms, found = {}, {}
  for _, id in ipairs(ids) do
    forms[#forms + 1] = id
    forms[#forms + 1] = id .. SHARED
  end
  if #forms == 0 then return found end
  for at, seq in ipairs(redis.call('ZMSCORE', key_of.inbox(root, agent), unpack(forms))) do
    if seq then found[#found + 1] = forms[at] end
  end
  return found
end

-- Takes messages out of all inboxes whose time is over, at most n, the eldest first; returns how many.
local function expire_messages(effects, n)
  local root, of_agents = effects.root, {}
  local over = redis.call('ZRANGEBYSCORE', root .. 'mail', '-inf', int(effects.now), 'LIMIT', '0', int(n))
  if #over == 0 then return 0 end
  for _, mail in ipairs(over) do
    local id, agent = string.sub(mail, 1, ID_BYTES), string.sub(mail, ID_BYTES + 2)
    of_agents[agent] = of_agents[agent] or {}
    table.insert(of_agents[agent], id)
  end
  for agent, ids in pairs(of_agents) do take_out(root, agent, entries_of(root, agent, ids)) end
  redis.call('ZREM', root .. 'mail', unpack(over))
  return #over
end

-- Takes those of the eldest messages of one inbox out of it whose time is over.
local function expire_inbox(effects, agent)
  local root, mail, over = effects.root, {}, {}
  local entries = redis.call('ZRANGE', key_of.inbox(root, agent), '0', int(EXPIRED_BESIDE - 1))
  if #entries == 0 then return end
  for at, entry in ipairs(entries) do mail[at] = string.sub(entry, 1, ID_BYTES) .. ' ' .. agent end
  for at, expires in ipairs(redis.call('ZMSCORE', root .. 'mail', unpack(mail))) do
    if not expires or tonumber(expires) <= effects.now then over[#over + 1] = entries[at] end
  end
  take_out(root, agent, over)
end

-- How many messages an agent has not acknowledged.
local function unread(effects, agent)
  expire_messages(effects, EXPIRED_BESIDE)
  return redis.call('ZCARD', key_of.inbox(effects.root, agent))
end

-- Empties the inbox of an agent that goes, n messages at most (1,000 at most); returns how many are left.
local function drop_inbox(root, agent, n)
  local key = key_of.inbox(root, agent)
  take_out(root, agent, redis.call('ZRANGE', key, '0', int(n - 1)))
  return redis.call('ZCARD', key)
end

-- Ends all subscriptions of an agent that goes.
local function drop_subscriptions(root, agent)
  for _, topic in ipairs(redis.call('SMEMBERS', key_of.subscriptions(root, agent))) do
    redis.call('SREM', key_of.subscribers(root, topic), agent)
  end
  redis.call('DEL', key_of.subscriptions(root, agent))
end
