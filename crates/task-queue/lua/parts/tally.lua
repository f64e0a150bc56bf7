-- Counts arrows between states, per queue: a field `ready>running` says how often a task
-- of this queue went that way. What a state holds now is the sum of the arrows into it
-- less the sum of those out of it, so one increment serves the count and the rate.

local function new_tally() return {} end

local function tally(counts, queue, from, to)
  local arrows = counts[queue]
  if not arrows then
    arrows = {}
    counts[queue] = arrows
  end
  local arrow = from .. '>' .. to
  arrows[arrow] = (arrows[arrow] or 0) + 1
end

local function write_tally(root, counts)
  for queue, arrows in pairs(counts) do
    for arrow, times in pairs(arrows) do
      local total = redis.call('HINCRBY', queue_key(root, queue), arrow, int(times))
      if total == times then redis.call('ZADD', root .. 'queues', '0', queue) end
    end
  end
end
