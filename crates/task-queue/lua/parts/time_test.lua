-- Stands in for time.lua in tests that need to move the clock by hand.

local function now_ms(root)
  return tonumber(redis.call('GET', root .. 'clock') or '0')
end
