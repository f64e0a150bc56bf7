-- How many tasks a queue lets go now: `concurrency` and `rate`.

local open_slots, charge_rate
do
  local ENDS = { 'completed', 'failed', 'cancelled', 'ready', 'scheduled', 'input_required' }

  -- What runs is what is held: the count cannot leave a slot behind.
  local function running_in(root, queue)
    local arrows = { 'ready>running' }
    for _, status in ipairs(ENDS) do arrows[#arrows + 1] = 'running>' .. status end
    local c = redis.call('HMGET', key_of.queue(root, queue), unpack(arrows))
    local running = tonumber(c[1] or 0)
    for at = 2, #arrows do running = running - tonumber(c[at] or 0) end
    return running
  end

  -- The generic cell rate algorithm (ITU-T I.371): `tat` is the time at which a bucket of `tasks` would be full again.
  -- Returns how many may go now, and where none may, milliseconds until one does.
  local function tokens(rate, tat, now)
    local tasks, per = rate[1], rate[2]
    local room = per - math.max(tat - now, 0)
    local free = math.floor(room * tasks / per + 1e-6)
    return free, free < 1 and math.max(math.ceil(per / tasks - room), 1) or nil
  end

  local function exact_now(effects) return effects.now + clock.micros / 1000 end

  local function keep_tat(effects, queue, tat)
    redis.call('HSET', key_of.queue(effects.root, queue), 'tat', string.format('%.3f', tat))
  end

  local function tat_of(effects, queue, per, now)
    local tat = tonumber(redis.call('HGET', key_of.queue(effects.root, queue), 'tat') or 0)
    if tat <= now + per then return tat end
    -- An empty bucket is full after `per`: what is further away was said before the clock was set back. It begins empty, once.
    keep_tat(effects, queue, now + per)
    return now + per
  end

  -- Returns how many tasks may be handed out now, and milliseconds until the rate lets one go where it lets none.
  open_slots = function(effects, queue, rules)
    if rules.x then return 0, nil end
    local most, wait = math.huge, nil
    if rules.c then most = rules.c - running_in(effects.root, queue) end
    if rules.r and most > 0 then
      local free
      local now = exact_now(effects)
      free, wait = tokens(rules.r, tat_of(effects, queue, rules.r[2], now), now)
      most = math.min(most, free)
    end
    return most, wait
  end

  -- Charges what was handed out. Returns milliseconds until the rate lets one more go where it lets none.
  charge_rate = function(effects, queue, rules, taken)
    if not rules.r or taken == 0 then return nil end
    local now, tasks, per = exact_now(effects), rules.r[1], rules.r[2]
    local tat = math.max(tat_of(effects, queue, per, now), now) + taken * per / tasks
    keep_tat(effects, queue, tat)
    local _, wait = tokens(rules.r, tat, now)
    return wait
  end
end
