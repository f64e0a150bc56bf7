-- agent_heartbeat: an agent is there, and keeps what it holds.
--
-- keys    root of the swarm
-- args    agent, milliseconds from now ('' for each task's own lease), then for each lease: id, token, usage
--         (see parts/usage.lua)
-- returns { directive (run|drain), messages in its inbox, then for each lease a line: `ok <expires_at>
--         <cancel requested 0|1> <milliseconds until it ends>`, with ` <status>` behind it where a budget is used up and
--         the task was taken from its holder; `LEASELOST <attempt>` or `NOTFOUND` }; false where there is no such agent.
--         It has fewer lines than there are leases, though one at least, when the call reached its bound: the others are
--         to be named again
-- fails   SWARMNOTFOUND
-- promise a lease that has ended is not revived, nor one of another agent extended

-- Leases one call looks at, and tasks above them for the sake of their budgets.
local LOOKED_AT = 400

local function heartbeat_one(effects, agent, id, token, extend, usage)
  local task, answer = held(effects.root, id, token, effects.now, nil)
  if not task then return answer end
  if task.agent ~= agent then return 'LEASELOST ' .. int(task.attempt) end
  return extend_lease(effects, task, extend, usage)
end

local function agent_heartbeat(keys, args)
  local root, name, extend = keys[1], args[1], args[2]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local now = now_ms(root)
  local effects = new_effects(root, swarm, now)
  local agent = see_agent(effects, name, 0)
  if not agent then return false end
  local reply = { agent.draining and 'drain' or 'run', unread(effects, name) }
  for at = 3, #args, 3 do
    if (at - 3) / 3 + used.looked_at(effects) >= LOOKED_AT then break end
    reply[#reply + 1] = heartbeat_one(effects, name, args[at], args[at + 1], extend, args[at + 2])
  end
  write_effects(effects)
  return reply
end

register('agent_heartbeat', agent_heartbeat, { 'allow-oom' })
