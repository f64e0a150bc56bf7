-- task_assign: pins a task that nobody holds to an agent.
--
-- keys    root of the swarm
-- args    id, agent ('' for one that is chosen), strategy by which it is chosen ('' for a named one)
-- returns { 'ok', agent }, { 'WRONGSTATE', status }, { 'NOAGENT' } when nobody, or not this agent, is live, able and has
--         room, { 'AGENTNOTFOUND' } or { 'NOTFOUND' }
-- fails   SWARMNOTFOUND
-- promise whatever it was pinned to before, only this agent may claim it, until it is lost; a ready task stands at the
--         end of the agent's tasks of its priority

local UNHELD = { ready = true, scheduled = true, blocked = true, input_required = true }

-- Returns the agent, or nothing and why there is none.
local function find(effects, task, agent, strategy)
  if agent == '' then
    agent = assign.choose(effects, strategy, task.spec)
    return agent, 'NOAGENT'
  end
  if redis.call('EXISTS', key_of.agent(effects.root, agent)) == 0 then return nil, 'AGENTNOTFOUND' end
  local has_it = task.status == 'ready' and pinned_to(task.spec, task.pin) == agent
  if assign.suits(effects, agent, task.spec, has_it) then return agent end
  return nil, 'NOAGENT'
end

local function pin_to(effects, task, agent)
  local root = effects.root
  local before = pinned_to(task.spec, task.pin)
  if before == agent then return end
  if task.status == 'ready' then
    remove_ready(effects, task)
  end
  task.pin = '@' .. agent
  redis.call('HSET', task.key, 'un', task.pin)
  flagged.add(task, 'p')
  index.pin(effects, task.id, task.status, before, agent)
  if task.status == 'ready' then
    local entry = task.entry + 1
    redis.call('HSET', task.key, 'st', 'ready', 'en', int(entry))
    enter_ready(effects, task, task.spec, entry, false)
  end
  note(effects, 'task.assigned\tt' .. task.id .. '\tq' .. task.queue .. '\ta' .. agent .. '\ts' .. task.status)
end

local function task_assign(keys, args)
  local root, agent, strategy = keys[1], args[2], args[3]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  local task, why = stand(root, args[1]), nil
  if not task then return { 'NOTFOUND' } end
  if not UNHELD[task.status] then return { 'WRONGSTATE', task.status } end
  agent, why = find(effects, task, agent, strategy)
  if agent then pin_to(effects, task, agent) end
  write_effects(effects)
  return agent and { 'ok', agent } or { why }
end

register('task_assign', task_assign, {})
