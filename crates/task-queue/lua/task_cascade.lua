-- task_cascade: cancels a stretch of the tasks that have one parent.
--
-- keys    root of the swarm
-- args    id of the parent, tasks looked at, where to go on ('' at the start)
-- returns { where to go on ('' at the end), tasks looked at, of them now cancelled, of them asked to stop, id, … }: the ids
--         of those that are parents themselves
-- fails   SWARMNOTFOUND
-- promise a child that has finished stays as it is; one of its own children may not have

local function task_cascade(keys, args)
  local root, parent, after = keys[1], args[1], args[3]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  local members, is_last = look.members(key_of.index(root, 'p', parent), after, tonumber(args[2]))
  local reply, load = { '', 0, 0, 0 }, act.load()
  for at, member in ipairs(members) do
    if load.is_full() then break end
    local task = stand(root, member.id)
    if task then load.add(task) end
    if task and act.cancel(effects, task) then
      local of = task.status == 'cancelled' and 3 or 4
      reply[of] = reply[of] + 1
    end
    if redis.call('EXISTS', key_of.index(root, 'p', member.id)) == 1 then reply[#reply + 1] = member.id end
    reply[1], reply[2] = (is_last and at == #members) and '' or member.place, at
  end
  write_effects(effects)
  return reply
end

register('task_cascade', task_cascade, { 'allow-oom' })
