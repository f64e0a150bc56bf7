-- task_act: does one thing to a stretch of one state's tasks.
--
-- keys    root of the swarm
-- args    cancel, retry or delete, status, tasks that may match (0: whether one does is looked for, and nothing done), tasks
--         looked at, where to go on ('' at the start), then what they are to fit, as in task_list
-- returns { where to go on ('' at the end), tasks that matched, of them changed, of these now cancelled }
-- fails   SWARMNOTFOUND
-- promise each task is treated as by the call for it alone; one that cannot be treated so is counted and left as it is; a call
--         that has done enough stops before its bounds, see act.load

local MOVES_READY = { cancel = true, delete = true }

-- Tasks are found first and treated then: what is walked does not change under the walk. Ready ones that all leave
-- their lists are taken off them and treated at once.
local function gather(want, treat, load)
  local found = { count = 0 }
  return found, {
    full = function() return found.count >= want or load.is_full() end,
    want = function() return math.min(want - found.count, load.room()) end,
    take = function(task)
      found.count = found.count + 1
      load.add(task)
      if task.is_taken then treat(task) else found[#found + 1] = task end
    end,
  }
end

local function task_act(keys, args)
  local root, action, status, want, after = keys[1], args[1], args[2], tonumber(args[3]), args[5]
  local only_looks = want == 0
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  local changed, cancelled = 0, 0
  local function treat(task)
    if only_looks or not act[action](effects, task) then return end
    changed = changed + 1
    if task.status == 'cancelled' then cancelled = cancelled + 1 end
  end
  local found, sink = gather(math.max(want, 1), treat, act.load(effects, action))
  sink.eldest_first = action == 'retry'
  local moves = not only_looks and MOVES_READY[action]
  after = look.stretch(root, status, look.filter(args, 6), after, tonumber(args[4]), sink, moves)
  if action == 'retry' then act.in_order(found) end
  for _, task in ipairs(found) do treat(task) end
  write_effects(effects)
  if action == 'delete' then forget.queues(effects) end
  return { after, found.count, changed, action == 'cancel' and cancelled or 0 }
end

register('task_act', task_act, {})
-- For what ends tasks or deletes them: where memory is full, that is how room is made.
register('task_act_freeing', task_act, { 'allow-oom' })
