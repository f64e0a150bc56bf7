-- task_input_request: a held task asks a person; nobody holds it until somebody answers.
--
-- keys    root of the swarm
-- args    id, token, frame of the prompt and the schema, usage (see parts/usage.lua)
-- returns a line: `ok <status>`, `replayed <status>`, `LEASELOST <attempt>` or `NOTFOUND`
-- fails   SWARMNOTFOUND
-- promise the attempt is not counted, the fence stays spent; one that was called off is cancelled instead; the same
--         request again is answered alike

local function request(effects, id, token, frame, usage)
  local task, answer = held(effects.root, id, token, effects.now, 'i')
  if not task then return answer end
  used.report(effects, task, usage)
  return 'ok ' .. ask.person(effects, task, frame)
end

local function task_input_request(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  local reply = { request(effects, args[1], args[2], args[3], args[4]) }
  write_effects(effects)
  return reply
end

register('task_input_request', task_input_request, {})
