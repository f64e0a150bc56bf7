-- agent_put: registers an agent, or changes what is said of it.
--
-- keys    root of the swarm
-- args    agent, capacity, capabilities joined by commas, time to live in milliseconds, metadata (JSON of the caller),
--         messages its inbox holds at most
-- returns { new (0|1), the agent: see parts/agent_record.lua } or { 'TOOMANYAGENTS' }
-- fails   SWARMNOTFOUND
-- promise an agent that was there keeps its counts, its tasks, its inbox, and whether it drains; it is seen; its waiting
--         claims look again when it may take more, or other tasks, than before

local function has_changed(before, said)
  return before[1] ~= said.capacity or before[2] ~= said.able_to or before[3] ~= said.ttl
end

local function change(effects, name, said, before)
  local root, key = effects.root, key_of.agent(effects.root, name)
  redis.call('HSET', key, 'ca', said.capacity, 'cb', said.able_to, 'tt', said.ttl, 'md', said.metadata,
    'il', said.inbox_limit)
  local agent = { key = key, name = name, ttl = tonumber(said.ttl), draining = before[6] == '1', lost = before[7] == '1' }
  -- For how long it has announced to stand by holds; another time to live counts from now.
  be_present(effects, agent, before[3] == said.ttl and tonumber(before[8]) or 0, 0, 0)
  if has_changed(before, said) then
    -- Whoever waits for room looks again, and waits again where there is none.
    redis.call('HDEL', key_of.held_by(root, name), 'w')
    wake(root, 'c', name)
  end
  if has_changed(before, said) or before[4] ~= said.metadata or before[5] ~= said.inbox_limit then
    note(effects, 'agent.changed\ta' .. name)
  end
end

local function register_new(effects, name, said)
  return register_agent(effects, name, {
    capacity = tonumber(said.capacity), able_to = said.able_to, ttl = tonumber(said.ttl), metadata = said.metadata,
    inbox_limit = tonumber(said.inbox_limit), wait = 0,
  })
end

local function agent_put(keys, args)
  local root, name = keys[1], args[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local now = now_ms(root)
  local effects = new_effects(root, swarm, now)
  local said = { capacity = args[2], able_to = args[3], ttl = args[4], metadata = args[5], inbox_limit = args[6] }
  local before = redis.call('HMGET', key_of.agent(root, name), 'ca', 'cb', 'tt', 'md', 'il', 'dr', 'lo', 'xp')
  if before[1] then
    change(effects, name, said, before)
  elseif not register_new(effects, name, said) then
    return { 'TOOMANYAGENTS' }
  end
  write_effects(effects)
  return { before[1] and 0 or 1, agent_record(root, name, now) }
end

register('agent_put', agent_put, {})
