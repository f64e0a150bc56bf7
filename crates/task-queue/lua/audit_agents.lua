-- audit_agents: reads what the audit needs to know of agents.
--
-- keys    root of the swarm
-- args    names
-- returns for each: { where it is named, the end of its presence in `alive` ('' for none), messages in its inbox,
--         { what it is said to hold and does not }, field of its record, value, … }; it is named in `a` agents,
--         `d` draining, `f` former, `l` absent, a letter each
-- fails   -
-- promise changes nothing; each agent is read at one instant

-- What is of another type is found elsewhere, and is nothing here.
local function look(...)
  local reply = redis.pcall(...)
  return not (type(reply) == 'table' and reply.err) and reply
end

local function places(root, name)
  return (look('ZSCORE', root .. 'agents', name) and 'a' or '')
    .. (look('SISMEMBER', root .. 'draining', name) == 1 and 'd' or '')
    .. (look('ZSCORE', root .. 'former', name) and 'f' or '')
    .. (look('ZSCORE', root .. 'absent', name) and 'l' or '')
end

-- As many as an agent may hold, and one mark beside them: the hash is bounded.
local function not_held(root, name)
  local wrong = {}
  for _, id in ipairs(look('HKEYS', key_of.held_by(root, name)) or {}) do
    local s = id == 'w' and { 'running', name } or look('HMGET', key_of.state(root, id), 'st', 'ag') or {}
    if s[1] ~= 'running' or s[2] ~= name then wrong[#wrong + 1] = id end
  end
  return wrong
end

local function audit_agents(keys, args)
  local root, reply = keys[1], {}
  for _, name in ipairs(args) do
    local agent = {
      places(root, name), look('ZSCORE', root .. 'alive', name) or '', look('ZCARD', root .. 'n:' .. name) or 0,
      not_held(root, name),
    }
    for _, text in ipairs(look('HGETALL', key_of.agent(root, name)) or {}) do agent[#agent + 1] = text end
    reply[#reply + 1] = agent
  end
  return reply
end

register('audit_agents', audit_agents, { 'no-writes' })
