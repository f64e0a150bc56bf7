-- queue_pause: lets a queue stand still, drain, or go on.
--
-- keys    root of the swarm
-- args    queue, whether it hands nothing out (0|1), whether it takes nothing in (0|1)
-- returns { now, what queue_get returns of it }
-- fails   SWARMNOTFOUND
-- promise what is held is settled as ever; tasks that come back or become due wait in the queue

local function queue_pause(keys, args)
  local root, queue = keys[1], args[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  local rules = {}
  for field, value in pairs(rules_of(effects, queue)) do rules[field] = value end
  rules.x = args[2] == '1' and 1 or nil
  rules.e = args[3] == '1' and 1 or nil
  say_of_queue(effects, queue, rules)
  write_effects(effects)
  if not next(rules) then forget.queue(root, queue) end
  return { int(effects.now), (queues.record(root, queue)) }
end

register('queue_pause', queue_pause, { 'allow-oom' })
