-- task_settle: ends attempts: complete, fail or release, many in one call.
--
-- keys    root of the swarm
-- args    for each outcome: kind (c|f|r), id, token, value, wait, random, usage (see parts/usage.lua)
--         c: value is the frame of the result ('' for null)
--         f: value is the frame of the error; wait is milliseconds, '' for the backoff, 'never' for a final error;
--            random is in [0, 1)
--         r: wait is milliseconds
-- returns for each outcome a line: `ok <status> <microseconds of the attempt> <microseconds since the submit, - when it is
--         not over> [<run_at> <milliseconds until then>]`, behind a completion ` - - more` where it may have made others
--         claimable; `replayed <status> [<run_at>]`,
--         `LEASELOST <attempt>` or `NOTFOUND`
-- fails   SWARMNOTFOUND
-- promise an outcome counts once: under its token and before the lease ends; the same one again is answered alike

local function settle_one(root, effects, now, kind, id, token, value, wait, random, usage)
  local task, answer = held(root, id, token, now, kind)
  if not task then return answer end
  return settle_held(effects, kind, task, value, wait, random, usage)
end

local function task_settle(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local now, reply = now_ms(root), {}
  local effects = new_effects(root, swarm, now)
  for at = 1, #args, 7 do
    reply[#reply + 1] = settle_one(root, effects, now,
      args[at], args[at + 1], args[at + 2], args[at + 3], args[at + 4], args[at + 5], args[at + 6])
  end
  write_effects(effects)
  return reply
end

register('task_settle', task_settle, { 'allow-oom' })
