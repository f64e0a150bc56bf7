-- What every end of a task has in common.

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
  moved(effects, task, from, status)
  if task.has_dedup then free_dedup(root, task.id) end
  if task.watched then wake(root, 'f', task.id) end
end
