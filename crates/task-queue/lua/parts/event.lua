-- The swarm's history: one stream, bounded, each change written by the function that made it. All changes of a call
-- share an entry: `<at>`, then a line for each, its kind and its fields behind tabs, a letter before each value:
--   t task  q queue  a agent  s status  n attempt  m message  f from  o to  k state key  v version  d deleted
-- Names, ids and state keys hold neither tabs nor line breaks.

-- A kind that costs a text to build is better asked for with `effects.quiet` first.
local function note(effects, line)
  if not effects.quiet then effects.events[#effects.events + 1] = line end
end

local function note_task(effects, kind, id, queue, agent, status, attempt)
  if effects.quiet then return end
  local line = kind .. '\tt' .. id .. '\tq' .. queue .. '\ts' .. status .. '\tn' .. int(attempt)
  if agent then line = line .. '\ta' .. agent end
  effects.events[#effects.events + 1] = line
end

local function write_events(effects)
  local events, at = effects.events, int(effects.now)
  if #events == 0 then return end
  for from = 1, #events, EVENT_LINES do
    local lines = table.concat(events, '\n', from, math.min(from + EVENT_LINES - 1, #events))
    redis.call('XADD', effects.root .. 'events', 'MAXLEN', '~', EVENT_ENTRIES, '*', 'e', at .. '\n' .. lines)
  end
  if effects.swarm.followed_until > effects.now then wake(effects.root, 'e', '') end
end
