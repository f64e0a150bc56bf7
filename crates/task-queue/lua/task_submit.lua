-- task_submit: takes tasks in.
--
-- keys    root of the swarm
-- args    idempotency key ('' for none), digest of the body, 1 where the reply is kept under the key even when nothing was
--         taken in (it is part of a longer one), else 0,
--         then for each task: id, when ('' now, '+ms' after a delay, 'ms' at a time), header, dedup key, rest of the spec,
--         ids of the tasks that it depends on joined by commas ('' for none)
-- returns { replayed (0|1), now, item, … }; an item is a line: `ok <id> [<attempts it may have, or -> <agent it was
--         assigned to, or -> <status, where it depends on others, or ->]` (taken in), `dup <id>` (the unfinished task that
--         has the dedup key), `CAPABILITYSETS <id>`, `SWARMFULL <id>`, `QUEUEFULL <id>`, `QUEUEDRAINING <id>`,
--         `DEADLINEPASSED <id>`, `UNKNOWNPARENT <id>`, `PARENTTOODEEP <id>` or
--         `UNKNOWNDEPENDENCY <id> <place of the first unknown one, from 0>`
-- fails   SWARMNOTFOUND, IDEMPOTENCYMISMATCH
-- promise a task whose id is known already is not taken in twice; all tasks of a call stand or none

local function submit_one(effects, plan, args, at)
  local task = read_submit(args, at)
  local refusal, holder = check_submit(effects, plan, task)
  if refusal then
    local word, rest = string.match(refusal, '^(%S+)(.*)$')
    return word .. ' ' .. task.id .. rest
  end
  if holder then return 'dup ' .. holder end
  return submitted_line(effects, plan, task)
end

-- A refusal that may not last is not remembered.
local function any_taken(reply)
  for at = 3, #reply do
    if string.sub(reply[at], 1, 3) == 'ok ' or string.sub(reply[at], 1, 4) == 'dup ' then return true end
  end
  return #reply == 2
end

local function task_submit(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local reply, refusal = replay(root, args[1], args[2])
  if reply or refusal then return reply or refusal end
  local now = now_ms(root)
  local effects, plan = new_effects(root, swarm, now), new_submits(root, swarm)
  reply = { 0, now }
  for at = 4, #args, SUBMIT_ARGS do reply[#reply + 1] = submit_one(effects, plan, args, at) end
  push_submits(root, plan)
  write_effects(effects)
  if args[3] == '1' or any_taken(reply) then keep_reply(root, args[1], args[2], reply) end
  return reply
end

register('task_submit', task_submit, {})
