-- Keeps a task with its holder: `ok <expires_at> <cancel requested 0|1> <milliseconds until it ends>`, with ` <status>`
-- behind it where a budget is used up and the task is taken from its holder.
--   extend  milliseconds from now, '' for the task's own lease
--   usage   what was used since the last report, see parts/usage.lua

local function extend_lease(effects, task, extend, usage)
  local root, now = effects.root, effects.now
  used.report(effects, task, usage)
  local status = ask.budget(effects, task)
  if status then
    return string.format('ok %d %d %d %s', task.expires, task.cancel and 1 or 0, math.max(0, task.expires - now), status)
  end
  local lease = tonumber(extend) or read_header(root, task.id).l or LEASE_MS_DEFAULT
  local expires = now + lease
  if task.flags then expires = due.extended(root, task, expires) end
  redis.call('HSET', task.key, 'ex', int(expires))
  effects.leased[#effects.leased + 1] = int(expires)
  effects.leased[#effects.leased + 1] = task.id
  return string.format('ok %d %d %d', expires, task.cancel and 1 or 0, expires - now)
end
