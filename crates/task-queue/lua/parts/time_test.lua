-- Stands in for time.lua in tests that need to move the clock by hand.

local function int(number) return string.format('%d', number) end

local micros = 0

local function now_ms(root)
  return tonumber(redis.call('GET', root .. 'clock') or '0')
end
