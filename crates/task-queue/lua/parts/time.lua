-- The one clock: Redis TIME, in milliseconds, read once in each call.

local function now_ms(root)
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
