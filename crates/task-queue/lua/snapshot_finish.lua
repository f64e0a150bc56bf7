-- snapshot_finish: moves ready tasks from their staging places into their lists, and opens the swarm when none is left.
--
-- keys    root of the swarm
-- args    the word of the restore, how many tasks at most, what is said of the swarm: description, paused (0|1),
--         quiet (0|1), max_agents ('' for any), max_tasks ('' for any)
-- returns 1 when the swarm is open, 0 when there is more to move
-- fails   SWARMNOTFOUND
-- promise the tasks of a list stand in the order of their ids; a swarm that was opened holds all that was written,
--         and has been handing tasks out since then

local SAID = { 'description', 'paused', 'quiet', 'max_agents', 'max_tasks' }

-- Tasks of a key take their turns from here on.
local function enter_each(effects, ids)
  for _, id in ipairs(ids) do
    local task = stand(effects.root, id)
    enter_ready(effects, task, task.spec, task.entry, false)
  end
end

-- Returns how many were moved.
local function move(effects, name, most)
  local root = effects.root
  local key = staging_key(root, name)
  local ids = redis.call('ZRANGE', key, '0', int(most - 1))
  if #ids > 0 then
    local list = cmsgpack.unpack(redis.call('HGET', root .. 'staged', name))
    if list.keyed then enter_each(effects, ids) else push_ready(root, list, ids, false) end
    redis.call('ZREMRANGEBYRANK', key, '0', int(#ids - 1))
  end
  if redis.call('EXISTS', key) == 0 then redis.call('HDEL', root .. 'staged', name) end
  return #ids
end

-- Returns how many of those that others wait for were looked at.
local function look_at_awaited(effects, most)
  local key = staging_key(effects.root, AWAITED)
  local ids = redis.call('ZRANGE', key, '0', int(most - 1))
  for _, id in ipairs(ids) do depend.restore(effects, id) end
  if #ids > 0 then redis.call('ZREMRANGEBYRANK', key, '0', int(#ids - 1)) end
  return #ids
end

local function say(root, args)
  for at, field in ipairs(SAID) do
    local value = args[at + 2]
    if value == '' or value == '0' then
      redis.call('HDEL', root .. 'swarm', field)
    else
      redis.call('HSET', root .. 'swarm', field, value)
    end
  end
end

-- Rates are told of what comes from now on.
local function begin_samples(root, now)
  local totals = redis.call('HMGET', root .. 'totals', 'submitted', 'completed')
  if not totals[1] then return end
  redis.call('LPUSH', root .. 'samples', int(now) .. ' ' .. totals[1] .. ' ' .. (totals[2] or '0'))
end

local function snapshot_finish(keys, args)
  local root, left = keys[1], tonumber(args[2])
  local now = now_ms(root)
  if was_restored(root, args[1]) then return 1 end
  if not restoring(root, args[1], now) then return swarm_not_found() end
  local effects = new_effects(root, { followed_until = 0 }, now)
  left = left - look_at_awaited(effects, left)
  local name = redis.call('HRANDFIELD', root .. 'staged')
  while name and left > 0 do
    left = left - math.max(move(effects, name, left), 1)
    name = redis.call('HRANDFIELD', root .. 'staged')
  end
  if name or redis.call('EXISTS', staging_key(root, AWAITED)) == 1 then return 0 end
  say(root, args)
  begin_samples(root, now)
  redis.call('HSET', root .. 'swarm', 'resumed', precise(now))
  open_restored(root, args[1])
  effects.swarm = open_swarm(root)
  effects.quiet = effects.swarm.quiet
  note(effects, 'swarm.restored')
  write_effects(effects)
  wake(root, 'p', '')
  return 1
end

register('snapshot_finish', snapshot_finish, { 'allow-oom' })
