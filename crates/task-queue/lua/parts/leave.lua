-- How a task that nobody holds leaves the index of its state, by that state: for whatever ends it there.

local leave = {}

function leave.ready(effects, task)
  remove_ready(effects, task)
end

function leave.scheduled(effects, task)
  redis.call('ZREM', effects.root .. 'scheduled', task.id)
end

function leave.input_required(effects, task)
  redis.call('ZREM', effects.root .. 'asking', task.id)
end

-- Its flag `w` does that: depend.lua.
function leave.blocked() end
