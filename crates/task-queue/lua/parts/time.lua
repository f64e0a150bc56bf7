-- The one clock: Redis TIME, in milliseconds, read once in each call.

-- Numbers are handed to Redis as text made with %d: left to itself it writes them as floating point, which cost an
-- eighth of all instructions of a task's life.
local int
do
  -- Small numbers (attempts, fences) keep their texts, and so does the last large one: of many tasks in one call it is
  -- mostly the same.
  local SMALL = 256
  local texts, last, last_text = {}, nil, nil

  int = function(number)
    local text = texts[number]
    if text then return text end
    if number == last then return last_text end
    number = number + 0 -- from a text, maybe
    text = string.format('%d', number)
    if number >= 0 and number < SMALL then
      texts[number] = text
    else
      last, last_text = number, text
    end
    return text
  end
end

-- What of the time of this call is below a millisecond, in microseconds: for measuring, never for deciding.
local micros = 0

local function now_ms(root)
  local time = redis.call('TIME')
  micros = time[2] % 1000
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
