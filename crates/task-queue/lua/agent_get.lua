-- agent_get: reads an agent.
--
-- keys    root of the swarm
-- args    agent
-- returns the agent, see parts/agent_record.lua, or false where there is none
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function agent_get(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  return agent_record(root, args[1], now_ms(root))
end

register('agent_get', agent_get, { 'no-writes' })
