-- Turns state keys whose time is over into deletions, so that those who watch hear of their end.

-- Returns how many things were done, at most n, and when the next one is due.
local function tend_state(effects, n)
  local expiring = effects.root .. 'expiring'
  local over = n > 0 and redis.call('ZRANGEBYSCORE', expiring, '-inf', int(effects.now), 'LIMIT', '0', int(n)) or {}
  local plan = new_state_plan()
  for _, key in ipairs(over) do
    local entry = stored_entry(effects.root, key, effects.now)
    if entry and not entry.live then
      apply_state_delete(effects, plan, key, '-')
    else
      redis.call('ZREM', expiring, key)
    end
  end
  push_state(effects.root, plan)
  return #over, tonumber(redis.call('ZRANGE', expiring, '0', '0', 'WITHSCORES')[2])
end
