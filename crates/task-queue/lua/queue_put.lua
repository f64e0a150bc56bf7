-- queue_put: says what a queue's limits and defaults are.
--
-- keys    root of the swarm
-- args    queue, what is said of it (see parts/rules.lua) but for x and e
-- returns { whether there was such a queue (0|1), now, what queue_get returns of it }
-- fails   SWARMNOTFOUND
-- promise what was said before is replaced, whether the queue is paused or drains is kept; a higher limit lets some
--         of those who wait for slots go on at once, and the others with the custodian's rounds (parts/tend_slots.lua)

local KEYS = 100

-- Lets those who wait for a slot go on as far as the limit says now.
local function let_go_on(effects, queue)
  local root = effects.root
  local prefix = 'pk:' .. queue .. '~'
  local names = redis.call('ZRANGEBYLEX', key_of.parking(root, queue), '[' .. prefix, '(' .. prefix .. '\255', 'LIMIT', '0', int(KEYS))
  for _, name in ipairs(names) do
    local key = string.sub(name, #prefix + 1)
    slots.unpark(effects, queue, key, slots.running(root, queue, key))
  end
end

local function queue_put(keys, args)
  local root, queue = keys[1], args[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects, rules = new_effects(root, swarm, now_ms(root)), cjson.decode(args[2])
  local existed = redis.call('EXISTS', key_of.queue(root, queue))
  local before = rules_of(effects, queue)
  rules.x, rules.e = before.x, before.e
  say_of_queue(effects, queue, rules)
  let_go_on(effects, queue)
  write_effects(effects)
  if not next(rules) then forget.queue(root, queue) end
  return { existed, int(effects.now), (queues.record(root, queue)) }
end

register('queue_put', queue_put, {})
