-- schedule_fire: submits the task of a schedule that is due.
--
-- keys    root of the swarm
-- args    name, when it was due, how often it had been put, when it is due next ('' for never), `skip` or `allow`
--         (overlap), `skip` or `once` (missed), then the task as for task_submit: id, when, header, dedup key, rest of
--         the spec, ids of dependencies
-- returns { now, what became of it }: what task_submit says of the task, `ok <id>`, `dup <id>` (an unfinished task has
--         its deduplication key), `CAPABILITYSETS <id>`, `SWARMFULL <id>`, `QUEUEFULL <id>`, `QUEUEDRAINING <id>`,
--         `DEADLINEPASSED <id>`, `UNKNOWNPARENT <id>`, `PARENTTOODEEP <id>` or
--         `UNKNOWNDEPENDENCY <id> <place>`; `missed` or `overlap` when it was not to
--         run; `stale` when another server was faster, or it was put, deleted or paused since it was read
-- fails   -
-- promise of all that fire it for one time exactly one does; whatever becomes of this run, the next one is set

-- Whether the last run's task is unfinished.
local function still_runs(root, name)
  local id = redis.call('HGET', key_of.schedule(root, name), 'ta')
  local task = id and stand(root, id)
  return task and not (task.status == 'completed' or task.status == 'failed' or task.status == 'cancelled')
end

local function is_stale(root, name, due, version)
  return redis.call('ZSCORE', root .. 'fires', name) ~= due
    or redis.call('HGET', key_of.schedule(root, name), 'vn') ~= version
end

-- Counts a run that was due and did not take place.
local function skipped(effects, name, item)
  redis.call('HINCRBY', key_of.schedule(effects.root, name), 'sk', '1')
  note(effects, 'schedule.skipped\tc' .. name)
  return item
end

local function fire(effects, args)
  local root, name, due = effects.root, args[1], args[2]
  if args[6] == 'skip' and effects.now - tonumber(due) > SCHEDULE_MISSED_MS then return skipped(effects, name, 'missed') end
  if args[5] == 'skip' and still_runs(root, name) then return skipped(effects, name, 'overlap') end
  local item = run_schedule(effects, name, read_submit(args, 7))
  return string.sub(item, 1, 3) == 'ok ' and item or skipped(effects, name, item)
end

local function schedule_fire(keys, args)
  local root, name, following = keys[1], args[1], args[4]
  local swarm, now = open_swarm(root), now_ms(root)
  if not swarm or swarm.paused or is_stale(root, name, args[2], args[3]) then return { now, 'stale' } end
  local effects = new_effects(root, swarm, now)
  local item = fire(effects, args)
  if following == '' then
    redis.call('ZREM', root .. 'fires', name)
    redis.call('HSET', key_of.schedule(root, name), 'of', '1')
  else
    redis.call('ZADD', root .. 'fires', following, name)
  end
  write_effects(effects)
  return { now, item }
end

register('schedule_fire', schedule_fire, {})
