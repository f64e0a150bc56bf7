-- task_input: answers a task that asks a person.
--
-- keys    root of the swarm
-- args    id, then to look alone nothing; to answer: fence under which it asked, frame of what was asked and the answer
-- returns { 'ok', fence under which it asked, frame of what it asked } to a look, { 'ok' } to an answer; { 'WRONGSTATE',
--         status }, { 'ASKEDANEW' } when it has asked another time since it was looked at, { 'NOTFOUND' }
-- fails   SWARMNOTFOUND
-- promise an answer counts once; the task is ready again, in front of those that came later; where it asked because a
--         budget was used up, that counts from now on

local function answer(effects, id, fence, frame)
  local root = effects.root
  local task = stand(root, id)
  if not task then return { 'NOTFOUND' } end
  if task.status ~= 'input_required' then return { 'WRONGSTATE', task.status } end
  local asked = redis.call('HGET', task.key, 'fe')
  if not fence then return { 'ok', asked, redis.call('GET', key_of.input(root, id)) or '' } end
  if asked ~= fence then return { 'ASKEDANEW' } end
  ask.answered(effects, task, frame)
  return { 'ok' }
end

local function task_input(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  local reply = answer(effects, args[1], args[2], args[3])
  write_effects(effects)
  return reply
end

register('task_input', task_input, {})
