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

-- What a swarm has seen in all tells how many tasks are unfinished, and its rates.
local TOTALS = {
  ['new>ready'] = 'submitted', ['new>scheduled'] = 'submitted',
  ['running>completed'] = 'completed', ['running>failed'] = 'failed',
  ['running>cancelled'] = 'cancelled', ['ready>cancelled'] = 'cancelled', ['scheduled>cancelled'] = 'cancelled',
  ['failed>ready'] = 'retried', ['cancelled>ready'] = 'retried',
}

local function write_tally(root, counts)
  local totals = {}
  for queue, arrows in pairs(counts) do
    for arrow, times in pairs(arrows) do
      local total = redis.call('HINCRBY', queue_key(root, queue), arrow, int(times))
      if total == times then redis.call('ZADD', root .. 'queues', '0', queue) end
      local name = TOTALS[arrow]
      if name then totals[name] = (totals[name] or 0) + times end
    end
  end
  for name, times in pairs(totals) do redis.call('HINCRBY', root .. 'totals', name, int(times)) end
end
