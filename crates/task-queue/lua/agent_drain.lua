-- agent_drain: tells an agent to finish what it holds and to take no more.
--
-- keys    root of the swarm
-- args    agent
-- returns the agent, see parts/agent_record.lua, or false where there is none
-- fails   SWARMNOTFOUND
-- promise its claims that wait are told at once; once more changes nothing

local function agent_drain(keys, args)
  local root, name = keys[1], args[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local now, key = now_ms(root), key_of.agent(root, name)
  local a = redis.call('HMGET', key, 'tt', 'dr', 'lo')
  if not a[1] then return false end
  if a[2] ~= '1' then
    local effects = new_effects(root, swarm, now)
    redis.call('HSET', key, 'dr', '1')
    if a[3] ~= '1' then redis.call('SADD', root .. 'draining', name) end
    note(effects, 'agent.draining\ta' .. name)
    write_effects(effects)
    wake(root, 'd', name)
  end
  return agent_record(root, name, now)
end

register('agent_drain', agent_drain, { 'allow-oom' })
