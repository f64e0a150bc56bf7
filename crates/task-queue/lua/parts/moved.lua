-- What a change of a task's state brings along. A task that uses something beyond the usual says so in the field `fl`
-- of its state, a letter for each thing, so that the others pay nothing:
--   T timeout_ms, l deadline (due.lua)
--   b it or a task it belongs to has a budget, see parts/usage.lua
--   q it has asked a person, see parts/ask.lua
--   u something is known of what it or tasks that belong to it have used up, see parts/usage.lua
--   i  a type, tags or a parent    p  it is pinned to an agent, or was: index.lua
--   d  others depend on it    w  it waits for others, or has: see depend.lua

-- resolve: what the ends of tasks in `effects.resolve` bring along, before effects are written.
-- by_field: which letter a field of the header brings; on: what follows, by letter, as function(effects, task, from, to)
--   task  id, key, queue, flags; its header as `spec` where that has been read
--   from  a state, or `new`; to: a state, or `gone`
local flagged = {
  by_field = { y = 'i', x = 'i', o = 'i', g = 'p' }, on = { i = index.follow, p = index.follow_pin },
}

local function flags_of(spec)
  if spec == ALL_DEFAULTS then return nil end
  local flags = ''
  for field, letter in pairs(flagged.by_field) do
    if spec[field] and not string.find(flags, letter, 1, true) then flags = flags .. letter end
  end
  return flags ~= '' and flags or nil
end

-- Flags a task that has begun to use something.
function flagged.add(task, letter)
  local flags = redis.call('HGET', task.key, 'fl') or ''
  if not string.find(flags, letter, 1, true) then
    flags = flags .. letter
    redis.call('HSET', task.key, 'fl', flags)
  end
  task.flags = flags
end

function flagged.has(flags, letter) return flags and string.find(flags, letter, 1, true) ~= nil end

local function follow(effects, task, from, to)
  for letter in string.gmatch(task.flags, '.') do
    local react = flagged.on[letter]
    if react then react(effects, task, from, to) end
  end
end

local moved
do
  local is_rare = index.is_rare

  moved = function(effects, task, from, to)
    tally(effects, task.queue, from, to)
    if is_rare[from] or is_rare[to] then index.note_rare(effects, task, from, to) end
    if task.flags then follow(effects, task, from, to) end
  end
end
