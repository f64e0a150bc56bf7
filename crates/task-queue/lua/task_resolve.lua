-- task_resolve: tells tasks that wait what has become of those that they depend on, where the end itself did not; and the
-- service of those that ended so before, in calls that do not answer it.
--
-- keys    root of the swarm
-- args    -
-- returns { tasks that failed, tasks that were cancelled, whether there is more (0|1) }
-- fails   -
-- promise a bounded step; each task that waits hears of each end once; several servers may sweep at once

local function task_resolve(keys, _)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return { 0, 0, 0 } end
  local untold = depend.untold(root) or { failed = 0, cancelled = 0 }
  if redis.call('EXISTS', root .. 'resolving') == 0 then return { untold.failed, untold.cancelled, 0 } end
  local effects = new_effects(root, swarm, now_ms(root))
  effects.tells = true
  local more = depend.work_off(effects)
  write_effects(effects)
  local given_up = effects.given_up or { failed = 0, cancelled = 0 }
  return { given_up.failed + untold.failed, given_up.cancelled + untold.cancelled, (more or effects.put_off) and 1 or 0 }
end

register('task_resolve', task_resolve, { 'allow-oom' })
