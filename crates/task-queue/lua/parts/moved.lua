-- What a change of a task's state brings along. A task that uses something beyond the usual says so in the field `fl`
-- of its state, a letter for each thing, so that the others pay nothing:
--   d  others depend on it    w  it waits for others, or has: see depend.lua

-- resolve: what the ends of tasks in `effects.resolve` bring along, before effects are written.
-- by_field: which letter a field of the header brings; on: what follows, by letter, as function(effects, task, from, to)
--   task  id, key, queue, flags; its header as `spec` where that has been read
--   from  a state, or `new`; to: a state, or `gone`
local flagged = { by_field = {}, on = {} }

local function flags_of(spec)
  if spec == ALL_DEFAULTS then return nil end
  local flags = ''
  for field, letter in pairs(flagged.by_field) do
    if spec[field] then flags = flags .. letter end
  end
  return flags ~= '' and flags or nil
end

local function follow(effects, task, from, to)
  for letter in string.gmatch(task.flags, '.') do
    local react = flagged.on[letter]
    if react then react(effects, task, from, to) end
  end
end

local function moved(effects, task, from, to)
  tally(effects, task.queue, from, to)
  if task.flags then follow(effects, task, from, to) end
end
