-- Ways back for a task whose attempt is over but which is not.
--   how      for the holder's counts, see effects.lua
--   outcome  of the attempt, and the frame of its error, see attempts.lua

-- To ready, at the front of its list: it was there before those who came later.
local function back_to_ready(root, effects, task, spec, fields, how, outcome, error)
  local entry = task.entry + 1
  redis.call('HSET', task.key, 'st', 'ready', 'en', int(entry), 'ry', precise(effects.now), unpack(fields))
  attempts.keep(effects, task, outcome, error)
  unlease(effects, task, how)
  moved(effects, task, 'running', 'ready')
  enter_ready(effects, task, spec, entry, true)
end

local function back_to_scheduled(root, effects, task, run_at, fields, how, outcome, error)
  redis.call('HSET', task.key, 'st', 'scheduled', 'ra', run_at, unpack(fields))
  redis.call('ZADD', root .. 'scheduled', run_at, task.id)
  attempts.keep(effects, task, outcome, error)
  unlease(effects, task, how)
  moved(effects, task, 'running', 'scheduled')
end

-- The end of a lease whose holder was asked to stop: called off.
local function end_cancelled(root, effects, task, now, fields, how)
  redis.call('HSET', task.key, 'st', 'cancelled', 'fa', int(now), unpack(fields))
  unlease(effects, task, how)
  finish(root, effects, task, 'running', 'cancelled', now)
end
