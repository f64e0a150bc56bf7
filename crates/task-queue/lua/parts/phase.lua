-- How long a task has been on its ways, in microseconds, told along with answers that are given anyway. What is stored
-- with a fraction of milliseconds is for this alone.

local precise
do
  -- The same for all tasks of a call.
  local last, last_micros, last_text

  precise = function(now)
    if now ~= last or clock.micros ~= last_micros then
      last, last_micros, last_text = now, clock.micros, string.format('%d.%03d', now, clock.micros)
    end
    return last_text
  end
end

-- Microseconds from a stamp until now; 0 where the clock was turned back.
local function since(now, stamp)
  return int(math.max(0, math.floor((now - tonumber(stamp)) * 1000 + 0.5) + clock.micros))
end

local function created_of(text) return string.match(text, '^[%d.]+') end

-- The end of an attempt: microseconds since its start, and since the task's submit where the task has ended with it.
local function phases(task, now, finished)
  local created, fraction = string.match(task.phases or '', '^(%S+) (%d+)$')
  if not created then return '- -' end
  local ran = since(now, task.started + tonumber(fraction) / 1000)
  return ran .. ' ' .. (finished and since(now, created) or '-')
end
