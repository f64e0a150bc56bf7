-- queue_replay: lets a stretch of a queue's failed tasks be tried again.
--
-- keys    root of the swarm
-- args    queue, tasks looked at, where to go on ('' at the start)
-- returns { where to go on ('' at the end), tasks that are no longer failed }
-- fails   SWARMNOTFOUND
-- promise each as by task_retry; one that cannot be retried stays failed

local function queue_replay(keys, args)
  local root, queue, bound, found = keys[1], args[1], tonumber(args[2]), {}
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  local load = act.load(effects, 'retry')
  local sink = {
    eldest_first = true,
    full = load.is_full,
    take = function(task)
      load.add(task)
      found[#found + 1] = task
    end,
  }
  local filter = { queue = queue, kind = '', tag = '', agent = '', parent = '' }
  local after, replayed = look.stretch(root, 'failed', filter, args[3], bound, sink), 0
  act.in_order(found)
  for _, task in ipairs(found) do
    if act.retry(effects, task) then replayed = replayed + 1 end
  end
  write_effects(effects)
  return { after, replayed }
end

register('queue_replay', queue_replay, {})
