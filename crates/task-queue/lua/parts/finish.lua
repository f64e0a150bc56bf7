-- What every end of a task has in common.

-- Effects that many tasks of one call share are gathered and written once at its end.
local function new_effects()
  return { counts = new_tally(), unleased = {}, finished = {} }
end

local function write_effects(root, effects)
  if #effects.unleased > 0 then redis.call('ZREM', root .. 'leases', unpack(effects.unleased)) end
  for status, scored in pairs(effects.finished) do
    redis.call('ZADD', finished_key(root, status), unpack(scored))
  end
  write_tally(root, effects.counts)
end

local function unlease(effects, id)
  effects.unleased[#effects.unleased + 1] = id
end

-- Frees the task's deduplication key, if it still is the one that holds it.
local function free_dedup(root, id, spec)
  spec = spec or read_header(root, id)
  if spec.d and redis.call('HGET', root .. 'dedup', spec.d) == id then redis.call('HDEL', root .. 'dedup', spec.d) end
end

-- task: id, queue, retention (ms), has_dedup, watched; the state hash is written by the caller.
local function finish(root, effects, task, from, status, now)
  local scored = effects.finished[status]
  if not scored then
    scored = {}
    effects.finished[status] = scored
  end
  scored[#scored + 1] = int(now + task.retention)
  scored[#scored + 1] = task.id
  tally(effects.counts, task.queue, from, status)
  if task.has_dedup then free_dedup(root, task.id) end
  if task.watched then wake(root, 'f', task.id) end
end
