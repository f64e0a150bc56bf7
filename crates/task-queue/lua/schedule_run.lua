-- schedule_run: submits the task of a schedule now, whatever its times and its last run say.
--
-- keys    root of the swarm
-- args    name, idempotency key ('' for none), digest of the body, digest of what is said of the task ('' without a key),
--         then the task as for task_submit: id, when, header, dedup key, rest of the spec, ids of dependencies
-- returns { replayed (0|1), now, item, digest of what was said of the task }; the item is what task_submit says of it:
--         `ok <id>`, `dup <id>`, `CAPABILITYSETS <id>`, `SWARMFULL <id>`, `QUEUEFULL <id>`, `QUEUEDRAINING <id>`,
--         `DEADLINEPASSED <id>`, `UNKNOWNPARENT <id>`, `PARENTTOODEEP <id>` or `UNKNOWNDEPENDENCY <id> <place>`; or
--         { 0, now, 'NOTFOUND' }
-- fails   SWARMNOTFOUND, IDEMPOTENCYMISMATCH
-- promise when it is due next stays as it is; under one key it runs once, whatever has become of it since

local function schedule_run(keys, args)
  local root, name = keys[1], args[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local reply, refusal = replay(root, args[2], args[3])
  if reply or refusal then return reply or refusal end
  local now = now_ms(root)
  if redis.call('HEXISTS', root .. 'schedules', name) == 0 then return { 0, now, 'NOTFOUND' } end
  local effects = new_effects(root, swarm, now)
  local item = run_schedule(effects, name, read_submit(args, 5))
  write_effects(effects)
  reply = { 0, now, item, args[4] }
  -- A refusal that may not last is not remembered.
  if string.find(item, '^ok ') or string.find(item, '^dup ') then keep_reply(root, args[2], args[3], reply) end
  return reply
end

register('schedule_run', schedule_run, {})
