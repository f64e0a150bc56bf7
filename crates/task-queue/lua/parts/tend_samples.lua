-- Keeps samples of what a swarm has seen in all, from which its rates are told: the newest first, each
-- `<at> <submitted> <completed>`.

-- Returns how many things were done, at most n, and when the next one is due.
local function tend_samples(effects, n)
  local root = effects.root
  local totals = redis.call('HMGET', root .. 'totals', 'submitted', 'completed')
  if n < 1 or not totals[1] then return 0, nil end
  local seen = ' ' .. totals[1] .. ' ' .. (totals[2] or '0')
  local newest = redis.call('LINDEX', root .. 'samples', '0')
  if newest then
    local at, told = string.match(newest, '^(%d+)(.*)$')
    if told == seen or effects.now - tonumber(at) < SAMPLE_MS then return 0, nil end
  end
  redis.call('LPUSH', root .. 'samples', int(effects.now) .. seen)
  redis.call('LTRIM', root .. 'samples', '0', int(SAMPLES - 1))
  return 1, nil
end
