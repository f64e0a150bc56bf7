-- The one clock: Redis TIME, in milliseconds, read once in each call.

-- Numbers are handed to Redis as text made with %d: left to itself it writes them as floating point, which cost an
-- eighth of all instructions of a task's life.
local function int(number) return string.format('%d', number) end

-- What of the time of this call is below a millisecond, in microseconds: for measuring, never for deciding.
local micros = 0

local function now_ms(root)
  local time = redis.call('TIME')
  micros = time[2] % 1000
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
