-- task_resolve: tells tasks that wait what has become of those that they depend on, where the end itself did not.
--
-- keys    root of the swarm
-- args    -
-- returns { tasks that failed, tasks that were cancelled, whether there is more (0|1) }
-- fails   -
-- promise a bounded step; each task that waits hears of each end once; several servers may sweep at once

local function task_resolve(keys, _)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm or redis.call('EXISTS', root .. 'resolving') == 0 then return { 0, 0, 0 } end
  local effects = new_effects(root, swarm, now_ms(root))
  local more = depend.work_off(effects)
  write_effects(effects)
  local given_up = effects.given_up or { failed = 0, cancelled = 0 }
  return { given_up.failed, given_up.cancelled, (more or effects.put_off) and 1 or 0 }
end

register('task_resolve', task_resolve, { 'allow-oom' })
