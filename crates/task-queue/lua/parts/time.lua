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

-- What the clock is like besides what it says.
--   micros               what of the time of this call is below a millisecond, in microseconds: for measuring, never for deciding
--   skipped, back, top, now   its steps: see clock.lua
local clock = { micros = 0, skipped = 0, back = 0, top = 0, now = 0 }

local now_ms
do
  local seen = nil

  now_ms = function(root)
    local time = redis.call('TIME')
    clock.micros = time[2] % 1000
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    if not seen then
      clock.begin(now)
      seen = now
    end
    local passed = now - seen
    if passed > CLOCK_STEP_MS or passed < -CLOCK_STEP_MS then clock.stepped(seen, now) end
    if now < clock.skipped then clock.went_back(now) end
    seen, clock.now = now, now
    return now
  end
end
