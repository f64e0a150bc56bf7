-- audit_agents: reads what the audit needs to know of agents.
--
-- keys    root of the swarm
-- args    names
-- returns for each: { where it is named, the end of its presence in `alive` ('' for none), messages in its inbox,
--         { what it is said to hold and does not }, field of its record, value, … }; it is named in `a` agents,
--         `d` draining, `f` former, a letter each
-- fails   -
-- promise changes nothing; each agent is read at one instant

local function places(root, name)
  return (redis.call('ZSCORE', root .. 'agents', name) and 'a' or '')
    .. (redis.call('SISMEMBER', root .. 'draining', name) == 1 and 'd' or '')
    .. (redis.call('ZSCORE', root .. 'former', name) and 'f' or '')
end

-- As many as an agent may hold, and one mark beside them: the hash is bounded.
local function not_held(root, name)
  local wrong = {}
  for _, id in ipairs(redis.call('HKEYS', held_by_key(root, name))) do
    local s = id == 'w' and { 'running', name } or redis.call('HMGET', state_key(root, id), 'st', 'ag')
    if s[1] ~= 'running' or s[2] ~= name then wrong[#wrong + 1] = id end
  end
  return wrong
end

local function audit_agents(keys, args)
  local root, reply = keys[1], {}
  for _, name in ipairs(args) do
    local agent = {
      places(root, name), redis.call('ZSCORE', root .. 'alive', name) or '', redis.call('ZCARD', root .. 'n:' .. name),
      not_held(root, name),
    }
    for _, text in ipairs(redis.call('HGETALL', agent_key(root, name))) do agent[#agent + 1] = text end
    reply[#reply + 1] = agent
  end
  return reply
end

register('audit_agents', audit_agents, { 'no-writes' })
