-- How an agent is lost, and how it goes for good. The sorted set `absent` has those that are lost, and those that are
-- gone and left pinned tasks behind, by the time at which they are looked at next: see tend_agents.lua.

-- What is pinned to it is anybody's from now on.
local function be_lost(root, name, now)
  redis.call('HSET', key_of.agent(root, name), 'lo', '1')
  redis.call('ZREM', root .. 'alive', name)
  redis.call('SREM', root .. 'draining', name)
  redis.call('ZADD', root .. 'absent', int(now), name)
end

-- Forgets an agent whose inbox is empty and who holds nothing that anybody wants back.
local function forget_agent(effects, name)
  local root, now = effects.root, int(effects.now)
  drop_subscriptions(root, name)
  redis.call('DEL', key_of.agent(root, name), key_of.held_by(root, name), key_of.inbox(root, name))
  redis.call('ZREM', root .. 'agents', name)
  redis.call('ZREM', root .. 'alive', name)
  redis.call('SREM', root .. 'draining', name)
  redis.call('ZADD', root .. 'former', now, name)
  redis.call('ZREMRANGEBYRANK', root .. 'former', '0', int(-FORMER_AGENTS - 1))
  if redis.call('EXISTS', key_of.adoption(root, name)) == 1 then
    redis.call('ZADD', root .. 'absent', now, name)
  else
    redis.call('ZREM', root .. 'absent', name)
  end
  note(effects, 'agent.removed\ta' .. name)
end
