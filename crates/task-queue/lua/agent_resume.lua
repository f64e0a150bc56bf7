-- agent_resume: lets an agent that drains take tasks again.
--
-- keys    root of the swarm
-- args    agent
-- returns the agent, see parts/agent_record.lua, or false where there is none
-- fails   SWARMNOTFOUND
-- promise once more changes nothing

local function agent_resume(keys, args)
  local root, name = keys[1], args[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local now, key = now_ms(root), key_of.agent(root, name)
  local a = redis.call('HMGET', key, 'tt', 'dr')
  if not a[1] then return false end
  if a[2] == '1' then
    local effects = new_effects(root, swarm, now)
    redis.call('HDEL', key, 'dr')
    redis.call('SREM', root .. 'draining', name)
    note(effects, 'agent.resumed\ta' .. name)
    write_effects(effects)
    wake(root, 'd', name)
  end
  return agent_record(root, name, now)
end

register('agent_resume', agent_resume, { 'allow-oom' })
