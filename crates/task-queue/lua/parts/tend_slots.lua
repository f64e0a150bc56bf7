-- Keeps those moving who wait for a slot of their concurrency key: where slots are free, since a limit was raised or those
-- that were let in are not claimed, more are let in.

local tend_slots
do
  -- A key is looked at so often.
  local EVERY_MS = 1000

  -- Returns how many keys were looked at, at most n, and when the next one is due.
  tend_slots = function(effects, n)
    local root = effects.root
    local key = root .. 'parked'
    local due = clock.due(root, 'parked', effects.now, EVERY_MS, n)
    for _, name in ipairs(due) do
      local queue, of = string.match(name, '^(.-)~(.*)$')
      redis.call('ZADD', key, int(effects.now), name)
      slots.unpark(effects, queue, of, slots.running(root, queue, of))
    end
    local first = tonumber(redis.call('ZRANGE', key, '0', '0', 'WITHSCORES')[2])
    return #due, first and first + EVERY_MS
  end
end
