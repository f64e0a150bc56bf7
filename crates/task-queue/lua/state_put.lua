-- state_put: sets a key of the swarm's state.
--
-- keys    root of the swarm
-- args    key, frame of the value, ttl (milliseconds, '' for ever, 'keep' as it is), versions that must match, versions
--         that must not ('' none, '*' any, else `,7,9,`), task and token of the writer's lease (of none '' and the writer, or '')
-- returns { line }: `ok <created 0|1> <version> <updated_at> <expires_at or 0> <agent or ->`,
--         `VERSIONMISMATCH <version>`, `STATEFULL`, `LEASELOST <attempt>` or `NOTFOUND` (the task of the lease)
-- fails   SWARMNOTFOUND
-- promise a key changes only while the lease is held and its version is the one named; each change has a version of its own,
--         higher than all before it

local function state_put(keys, args)
  local root, key, frame = keys[1], args[1], args[2]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects, plan = new_effects(root, swarm, now_ms(root)), new_state_plan()
  local refusal, agent = check_writer(effects, args[6], args[7])
  refusal = refusal or check_state_put(effects, plan, key, frame, args[4], args[5])
  if refusal then return { refusal } end
  local line = apply_state_put(effects, plan, key, frame, args[3], agent)
  push_state(root, plan)
  write_effects(effects)
  return { 'ok ' .. line }
end

register('state_put', state_put, {})
