-- Effects that many changes of one call share: gathered, and written once at its end. What few calls need is not there
-- before it is needed: rules, fair, indexed, resolve, used.

local function new_effects(root, swarm, now)
  return {
    root = root, swarm = swarm, now = now, quiet = swarm.quiet,
    counts = {}, leased = {}, unleased = {}, ended = {}, finished = {}, events = {},
  }
end

-- The end of a task's attempt: its lease, and what its holder has done.
--   how  'ok' completed, 'ko' failed, 'ex' the lease ran out, nil anything else
local function unlease(effects, task, how)
  effects.unleased[#effects.unleased + 1] = task.id
  if not task.agent then return end
  local ended = effects.ended[task.agent]
  if not ended then
    ended = { ids = {}, ok = 0, ko = 0, ex = 0, ms = 0 }
    effects.ended[task.agent] = ended
  end
  ended.ids[#ended.ids + 1] = task.id
  if not how then return end
  ended[how] = ended[how] + 1
  if task.started then ended.ms = ended.ms + effects.now - task.started end
end

local AGENT_COUNTS = { 'ok', 'ko', 'ex', 'ms' }

-- A holder at its capacity that asked for more left `w` among what it holds.
local function write_ended(root, agent, ended)
  local removed = redis.call('HDEL', key_of.held_by(root, agent), 'w', unpack(ended.ids))
  if removed > #ended.ids then wake(root, 'c', agent) end
  -- What ended was held by an agent of this name that has been removed since.
  if removed == 0 then return end
  for _, count in ipairs(AGENT_COUNTS) do
    if ended[count] > 0 then redis.call('HINCRBY', key_of.agent(root, agent), count, int(ended[count])) end
  end
end

local function write_effects(effects)
  local root = effects.root
  if effects.used then flagged.write_usage(effects) end
  if effects.resolve then flagged.resolve(effects) end
  if effects.given_up and not effects.tells then flagged.give_up(effects) end
  if #effects.leased > 0 then redis.call('ZADD', root .. 'leases', unpack(effects.leased)) end
  if #effects.unleased > 0 then redis.call('ZREM', root .. 'leases', unpack(effects.unleased)) end
  for agent, ended in pairs(effects.ended) do write_ended(root, agent, ended) end
  for status, scored in pairs(effects.finished) do
    redis.call('ZADD', key_of.finished(root, status), unpack(scored))
  end
  -- Where assigning in turns goes on, see assign.lua.
  if effects.rr then redis.call('HSET', root .. 'swarm', 'rr', effects.rr) end
  if effects.indexed then index.write(effects) end
  write_tally(root, effects.counts)
  if effects.swarm.ruled then wake_turned(effects) end
  write_events(effects)
end
