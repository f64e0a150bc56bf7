-- Agents: who works. The hash `a:<agent>` has
--   ca capacity, cb capabilities joined by commas, tt time to live, md metadata, ra registered at, ls last seen,
--   xp when it counts as lost unless it is seen, dr '1' draining, lo '1' lost, ok ko ex tasks completed, failed and
--   run out, ms time worked on those, ut uu uw what its tasks have used up, sq the last number of its inbox, il messages the inbox holds at most
-- The sorted set `agents` has all names, `alive` those that are not lost by the end of their presence, the set
-- `draining` those of them that drain; `h:<agent>` has the tasks it holds.

-- What an agent is seen doing need not be written each time: a presence is exact to this part of its time to live, and
-- lasts that much longer.
local PRESENCE_PARTS = 8

-- wait: milliseconds it has announced to stand by
local function be_present(effects, agent, until_ms, seen, wait)
  local now, grace = effects.now, math.floor(agent.ttl / PRESENCE_PARTS)
  -- What was said before the clock was set back says nothing any more.
  local is_known = not agent.lost and seen <= now
  if is_known and now - seen < grace and now + wait + agent.ttl <= until_ms then return end
  local expires = int(math.max(now + wait + agent.ttl + grace, is_known and until_ms or 0))
  redis.call('HSET', agent.key, 'ls', int(now), 'xp', expires)
  redis.call('ZADD', effects.root .. 'alive', expires, agent.name)
  if not agent.lost then return end
  agent.lost = false
  redis.call('HDEL', agent.key, 'lo')
  redis.call('ZREM', effects.root .. 'absent', agent.name)
  if agent.draining then redis.call('SADD', effects.root .. 'draining', agent.name) end
  note(effects, 'agent.returned\ta' .. agent.name)
end

-- The agent, which is being seen right now; nil where there is none.
local function see_agent(effects, name, wait)
  local key = key_of.agent(effects.root, name)
  local a = redis.call('HMGET', key, 'tt', 'ca', 'cb', 'dr', 'lo', 'xp', 'ls')
  if not a[1] then return nil end
  local agent = {
    key = key, name = name, ttl = tonumber(a[1]), capacity = tonumber(a[2]), able_to = a[3], draining = a[4] == '1',
    lost = a[5] == '1',
  }
  be_present(effects, agent, tonumber(a[6]), tonumber(a[7]), wait)
  return agent
end

-- A new agent; nil where the swarm has as many as it may.
local function register_agent(effects, name, said)
  local root, most = effects.root, effects.swarm.max_agents
  if most and redis.call('ZCARD', root .. 'agents') >= most then return nil end
  local agent = {
    key = key_of.agent(root, name), name = name, ttl = said.ttl, capacity = said.capacity, able_to = said.able_to,
    draining = false, lost = false,
  }
  redis.call('ZADD', root .. 'agents', '0', name)
  redis.call('ZREM', root .. 'former', name)
  redis.call('HSET', agent.key, 'tt', int(said.ttl), 'ca', int(said.capacity), 'cb', said.able_to,
    'md', said.metadata, 'il', int(said.inbox_limit), 'ra', int(effects.now))
  be_present(effects, agent, 0, 0, said.wait)
  note(effects, 'agent.registered\ta' .. name)
  return agent
end

-- How many more tasks an agent may hold. One that may hold none is marked to be woken when that changes.
local function room_of(root, agent)
  local key = key_of.held_by(root, agent.name)
  local room = agent.capacity - redis.call('HLEN', key)
  if room > 0 then return room end
  room = room + redis.call('HDEL', key, 'w')
  if room <= 0 then redis.call('HSET', key, 'w', '1') end
  return math.max(room, 0)
end
