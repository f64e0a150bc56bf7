-- schedule_run: submits the task of a schedule now, whatever its times and its last run say.
--
-- keys    root of the swarm
-- args    name, then the task as for task_submit: id, when, header, dedup key, rest of the spec, ids
--         of dependencies
-- returns { now, item }: what task_submit says of the task, `ok <id>`, `dup <id>`, `CAPABILITYSETS <id>`,
--         `SWARMFULL <id>`, `QUEUEFULL <id>`, `QUEUEDRAINING <id>`, `DEADLINEPASSED <id>`,
--         `UNKNOWNPARENT <id>`, `PARENTTOODEEP <id>` or
--         `UNKNOWNDEPENDENCY <id> <place>`; or { now, 'NOTFOUND' }
-- fails   SWARMNOTFOUND
-- promise when it is due next stays as it is

local function schedule_run(keys, args)
  local root, name = keys[1], args[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local now = now_ms(root)
  if redis.call('HEXISTS', root .. 'schedules', name) == 0 then return { now, 'NOTFOUND' } end
  local effects = new_effects(root, swarm, now)
  local item = run_schedule(effects, name, read_submit(args, 2))
  write_effects(effects)
  return { now, item }
end

register('schedule_run', schedule_run, {})
