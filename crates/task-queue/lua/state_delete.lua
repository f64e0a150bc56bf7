-- state_delete: deletes a key of the swarm's state.
--
-- keys    root of the swarm
-- args    key, versions that must match, versions that must not ('' none, '*' any, else `,7,9,`), task and token of the
--         writer's lease (of none '' and the writer, or '')
-- returns { line }: `ok <version of the deletion>`, `STATENOTFOUND`, `VERSIONMISMATCH <version>`, `LEASELOST <attempt>` or
--         `NOTFOUND` (the task of the lease)
-- fails   SWARMNOTFOUND
-- promise a key is deleted only while the lease is held and its version is the one named; those who watch hear of it

local function state_delete(keys, args)
  local root, key = keys[1], args[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects, plan = new_effects(root, swarm, now_ms(root)), new_state_plan()
  local refusal, agent = check_writer(effects, args[4], args[5])
  refusal = refusal or check_state_delete(effects, plan, key, args[2], args[3])
  if refusal then return { refusal } end
  local version = apply_state_delete(effects, plan, key, agent)
  push_state(root, plan)
  write_effects(effects)
  return { 'ok ' .. version }
end

register('state_delete', state_delete, { 'allow-oom' })
