-- task_cancel: calls a task off, or asks its holder to stop.
--
-- keys    root of the swarm
-- args    id
-- returns { 'ok', status, whether that is news (0|1) }, { 'ALREADYFINISHED', status } or { 'NOTFOUND' }
-- fails   SWARMNOTFOUND
-- promise a task that nobody holds is cancelled at once; a held one keeps its holder, who learns it at the next
--         heartbeat; a cancelled one stays so

local function cancel_one(effects, id)
  local task = stand(effects.root, id)
  if not task then return { 'NOTFOUND' } end
  if task.status == 'completed' or task.status == 'failed' then return { 'ALREADYFINISHED', task.status } end
  local is_news = act.cancel(effects, task)
  return { 'ok', task.status, is_news and 1 or 0 }
end

local function task_cancel(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  local reply = cancel_one(effects, args[1])
  write_effects(effects)
  return reply
end

register('task_cancel', task_cancel, { 'allow-oom' })
