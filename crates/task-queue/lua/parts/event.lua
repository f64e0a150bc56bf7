-- The swarm's history: one stream, bounded, each change written by the function that made it. All changes of a call
-- share an entry: `<at>`, then a line for each, its kind and its fields behind tabs, a letter before each value:
--   t task  q queue  a agent  s status  n attempt  m message  f from  o to  k state key  v version  d deleted
--   c schedule
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

local write_events
do
  -- Trimming costs as much as a fifth of writing, so it is done for so many entries of a swarm together.
  local TRIM_EVERY = 32
  -- Swarms whose entries are counted at a time.
  local COUNTED = 10000
  -- Lives as long as the library is loaded; a swarm that is not counted is trimmed at once.
  local untrimmed, counted = {}, 0

  local function is_to_be_trimmed(root)
    local entries = untrimmed[root]
    if not entries then
      if counted >= COUNTED then untrimmed, counted = {}, 0 end
      entries, counted = TRIM_EVERY, counted + 1
    end
    untrimmed[root] = entries < TRIM_EVERY and entries + 1 or 1
    return entries >= TRIM_EVERY
  end

  write_events = function(effects)
    local events, at = effects.events, int(effects.now)
    if #events == 0 then return end
    local root = effects.root
    local key = root .. 'events'
    for from = 1, #events, EVENT_LINES do
      local lines = #events == 1 and events[1]
        or table.concat(events, '\n', from, math.min(from + EVENT_LINES - 1, #events))
      if is_to_be_trimmed(root) then
        redis.call('XADD', key, 'MAXLEN', '~', EVENT_ENTRIES, '*', 'e', at .. '\n' .. lines)
      else
        redis.call('XADD', key, '*', 'e', at .. '\n' .. lines)
      end
    end
    if effects.swarm.followed_until > effects.now then wake(root, 'e', '') end
  end
end
