-- Counts arrows between states, per queue: a field `ready>running` says how often a task
-- of this queue went that way. What a state holds now is the sum of the arrows into it
-- less the sum of those out of it, so one increment serves the count and the rate.

local function tally(effects, queue, from, to)
  local counts = effects.counts
  local arrows = counts[queue]
  if not arrows then
    arrows = {}
    counts[queue] = arrows
  end
  local arrow = from .. '>' .. to
  arrows[arrow] = (arrows[arrow] or 0) + 1
end

-- What a swarm has seen in all tells how many tasks are unfinished, and its rates: the name under which an arrow counts.
local total_of
do
  local FINISHED = { completed = true, failed = true, cancelled = true }

  total_of = function(arrow)
    local from, to = string.match(arrow, '^(.-)>(.*)$')
    -- A restore counts what it brings back as finished for itself.
    if from == 'new' then return not FINISHED[to] and 'submitted' or nil end
    if FINISHED[from] then return to ~= 'gone' and 'retried' or nil end
    return FINISHED[to] and to or (to == 'gone' and 'removed' or nil)
  end
end

local function write_tally(root, counts)
  local totals = {}
  for queue, arrows in pairs(counts) do
    for arrow, times in pairs(arrows) do
      local total = redis.call('HINCRBY', key_of.queue(root, queue), arrow, int(times))
      if total == times then redis.call('ZADD', root .. 'queues', '0', queue) end
      local name = total_of(arrow)
      if name then totals[name] = (totals[name] or 0) + times end
    end
  end
  for name, times in pairs(totals) do redis.call('HINCRBY', root .. 'totals', name, int(times)) end
end

local function unfinished_tasks(root)
  local t = redis.call('HMGET', root .. 'totals', 'submitted', 'retried', 'completed', 'failed', 'cancelled', 'removed')
  for at = 1, 6 do t[at] = tonumber(t[at] or 0) end
  return t[1] + t[2] - t[3] - t[4] - t[5] - t[6]
end
