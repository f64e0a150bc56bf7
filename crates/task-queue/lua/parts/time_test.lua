-- Stands in for time.lua in tests that need to move the clock by hand.

local function int(number) return string.format('%d', number) end

local clock = { micros = 0, skipped = 0, back = 0, top = 0, now = 0 }

local function now_ms(root)
  return tonumber(redis.call('GET', root .. 'clock') or '0')
end
