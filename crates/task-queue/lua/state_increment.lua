-- state_increment: adds to a number of the swarm's state.
--
-- keys    root of the swarm
-- args    idempotency key ('' for none), digest of the body, key, number to add, versions that must match, versions that
--         must not ('' none, '*' any, else `,7,9,`), task and token of the writer's lease (of none '' and the writer, or '')
-- returns { replayed (0|1), line, frame of the sum }: `ok <created 0|1> <version> <updated_at> <expires_at or 0> <agent or ->`;
--         or { 0, line }: `NOTANUMBER`, `VERSIONMISMATCH <version>`, `STATEFULL`, `LEASELOST <attempt>` or `NOTFOUND` (the
--         task of the lease)
-- fails   SWARMNOTFOUND, IDEMPOTENCYMISMATCH
-- promise a missing key counts as 0; a key that expires does so when it would have; nothing is lost to rounding: what is
--         no number, or too large to be counted with, is left as it is

local function state_increment(keys, args)
  local root, key = keys[1], args[3]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local reply, mismatch = replay(root, args[1], args[2])
  if reply or mismatch then return reply or mismatch end
  local effects, plan = new_effects(root, swarm, now_ms(root)), new_state_plan()
  local refusal, agent = check_writer(effects, args[7], args[8])
  local sum
  if not refusal then refusal, sum = check_increment(effects, plan, key, args[4], args[5], args[6]) end
  if refusal then return { 0, refusal } end
  reply = { 0, 'ok ' .. apply_state_put(effects, plan, key, sum, 'keep', agent), sum }
  push_state(root, plan)
  write_effects(effects)
  keep_reply(root, args[1], args[2], reply)
  return reply
end

register('state_increment', state_increment, {})
