-- Counts arrows between states, per queue: a field `ready>running` says how often a task
-- of this queue went that way. What a state holds now is the sum of the arrows into it
-- less the sum of those out of it, so one increment serves the count and the rate. Beside them stand `use.t`, `use.u` and
-- `use.w`: what the queue's tasks have used up, see parts/usage.lua.

local tally
do
  -- The names of arrows, by where they come from: there are few, and to put them together costs more than to find them.
  local arrow_names = {}

  local function arrow_name(from, to)
    local names = arrow_names[from]
    if not names then
      names = {}
      arrow_names[from] = names
    end
    local name = names[to]
    if not name then
      name = from .. '>' .. to
      names[to] = name
    end
    return name
  end

  tally = function(effects, queue, from, to)
    local counts = effects.counts
    local arrows = counts[queue]
    if not arrows then
      arrows = {}
      counts[queue] = arrows
    end
    local arrow = arrow_name(from, to)
    arrows[arrow] = (arrows[arrow] or 0) + 1
  end
end

-- What a swarm has seen in all tells how many tasks are unfinished, and its rates: the name under which an arrow counts.
local total_of
do
  local FINISHED = { completed = true, failed = true, cancelled = true }

  local function name_of(arrow)
    local from, to = string.match(arrow, '^(.-)>(.*)$')
    if from == 'new' then return 'submitted' end
    if FINISHED[from] then return to ~= 'gone' and 'retried' or nil end
    return FINISHED[to] and to or (to == 'gone' and 'removed' or nil)
  end

  -- By arrow, as long as the library is loaded; false where it counts for nothing.
  local known = {}

  total_of = function(arrow)
    if known[arrow] == nil then known[arrow] = name_of(arrow) or false end
    return known[arrow]
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
