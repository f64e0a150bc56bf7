-- agent_delete: removes an agent, a bounded step at a time.
--
-- keys    root of the swarm
-- args    how many messages and tasks at most, 1,000 at most; agent
-- returns { 'done', or 'more' when another step is needed, tasks given back, tasks cancelled } or { 'NOTFOUND' }
-- fails   SWARMNOTFOUND
-- promise from the first step on what is pinned to it is everybody's; the tasks it holds are ready again, the attempt
--         not counted, or cancelled where that was asked for; its claims that wait are told to stop; a lease that has
--         ended is left to the reaper

-- Ids rise with time: given back the youngest first, the eldest stands in front.
local function eldest_last(a, b) return a > b end

-- The task, where the agent holds it right now.
local function held_task(root, id, name, now)
  local task = due.running(root, id)
  if not task or task.status ~= 'running' or task.agent ~= name then return end
  if now < clock.end_of(root, task.expires, task.started, name) then return task end
end

-- Returns whether it holds nothing any more; adds to `ended`, by what became of them, the tasks it held.
local function give_back(effects, name, n, ended)
  local root, now, held = effects.root, effects.now, key_of.held_by(effects.root, name)
  local ids = redis.call('HKEYS', held)
  table.sort(ids, eldest_last)
  for at, id in ipairs(ids) do
    if at > n then return false end
    local task = held_task(root, id, name, now)
    if task then
      local status = string.match(release(root, effects, task, 0, now), '^ok (%l+)')
      ended[status] = ended[status] + 1
    else
      redis.call('HDEL', held, id)
    end
  end
  return true
end

local function agent_delete(keys, args)
  local root, n, name = keys[1], tonumber(args[1]), args[2]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  if redis.call('HEXISTS', key_of.agent(root, name), 'tt') == 0 then return { 'NOTFOUND' } end
  local now = now_ms(root)
  local effects = new_effects(root, swarm, now)
  be_lost(root, name, now)
  local over, ended = drop_inbox(root, name, n) == 0, { ready = 0, cancelled = 0 }
  over = give_back(effects, name, n, ended) and over
  if over then forget_agent(effects, name) end
  write_effects(effects)
  wake(root, 'x', name)
  return { over and 'done' or 'more', ended.ready, ended.cancelled }
end

register('agent_delete', agent_delete, { 'allow-oom' })
