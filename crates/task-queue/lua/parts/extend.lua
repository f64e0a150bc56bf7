-- Keeps a task with its holder: `ok <expires_at> <cancel requested 0|1> <milliseconds until it ends>`.
--   extend  milliseconds from now, '' for the task's own lease

local function extend_lease(root, task, extend, now)
  local lease = tonumber(extend) or read_header(root, task.id).l or LEASE_MS_DEFAULT
  local expires = now + lease
  if task.flags then expires = due.extended(root, task, expires) end
  redis.call('HSET', task.key, 'ex', int(expires))
  redis.call('ZADD', root .. 'leases', int(expires), task.id)
  return string.format('ok %d %d %d', expires, task.cancel and 1 or 0, expires - now)
end
