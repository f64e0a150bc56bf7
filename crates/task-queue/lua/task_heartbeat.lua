-- task_heartbeat: extends leases and keeps what their holders report.
--
-- keys    root of the swarm
-- args    for each lease: id, token, milliseconds from now ('' for the task's own lease), frame of the progress ('' for none),
--         usage (see parts/usage.lua)
-- returns for each lease a line: `ok <expires_at> <cancel requested 0|1> <milliseconds until it ends>`, with ` <status>`
--         behind it where a budget is used up and the task was taken from its holder; `LEASELOST <attempt>` or `NOTFOUND`
-- fails   SWARMNOTFOUND
-- promise a lease that has ended is not revived; a holder is seen

local function heartbeat_one(effects, seen, id, token, extend, progress, usage)
  local root, now = effects.root, effects.now
  local task, answer = held(root, id, token, now, nil)
  if not task then return answer end
  if task.agent and not seen[task.agent] then
    seen[task.agent] = true
    see_agent(effects, task.agent, 0)
  end
  if progress ~= '' then redis.call('SET', key_of.progress(root, id), progress) end
  return extend_lease(effects, task, extend, usage)
end

local function task_heartbeat(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects, seen, reply = new_effects(root, swarm, now_ms(root)), {}, {}
  for at = 1, #args, 5 do
    reply[#reply + 1] = heartbeat_one(effects, seen, args[at], args[at + 1], args[at + 2], args[at + 3], args[at + 4])
  end
  write_effects(effects)
  return reply
end

register('task_heartbeat', task_heartbeat, { 'allow-oom' })
