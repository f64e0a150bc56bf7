-- task_retry: makes a failed or cancelled task unfinished again, its attempts counted from 0.
--
-- keys    root of the swarm
-- args    id
-- returns { 'ok', ready or blocked }, { 'WRONGSTATE', status }, { 'DUPLICATE' }, { 'SWARMFULL' } or { 'NOTFOUND' }
-- fails   SWARMNOTFOUND
-- promise it waits for those of its dependencies that are unfinished now; the fence goes on rising; a deadline that has
--         passed is taken off; its own budget counts from now on; the deduplication key is taken again, unless another
--         unfinished task has it

local function retry_one(effects, id)
  local task = stand(effects.root, id)
  if not task then return { 'NOTFOUND' } end
  local done, why = act.retry(effects, task)
  if done then return { 'ok', task.status } end
  if why == 'full' then return { 'SWARMFULL' } end
  if why == 'key' then return { 'DUPLICATE' } end
  return { 'WRONGSTATE', task.status }
end

local function task_retry(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  local reply = retry_one(effects, args[1])
  write_effects(effects)
  return reply
end

register('task_retry', task_retry, {})
