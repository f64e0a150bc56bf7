-- task_heartbeat: extends leases and keeps what their holders report.
--
-- keys    root of the swarm
-- args    for each lease: id, token, milliseconds from now ('' for the task's own lease), frame of the progress ('' for none)
-- returns for each lease a line: `ok <expires_at> <cancel requested 0|1> <milliseconds until it ends>`,
--         `LEASELOST <attempt>` or `NOTFOUND`
-- fails   SWARMNOTFOUND
-- promise a lease that has ended is not revived

local function heartbeat_one(root, now, id, token, extend, progress)
  local task, answer = held(root, id, token, now, nil)
  if not task then return answer end
  local lease = tonumber(extend) or read_header(root, id).l or LEASE_MS_DEFAULT
  local expires = now + lease
  redis.call('HSET', task.key, 'ex', int(expires))
  redis.call('ZADD', root .. 'leases', int(expires), id)
  if progress ~= '' then redis.call('SET', progress_key(root, id), progress) end
  return string.format('ok %d %d %d', expires, task.cancel and 1 or 0, lease)
end

local function task_heartbeat(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  local now, reply = now_ms(root), {}
  for at = 1, #args, 4 do
    reply[#reply + 1] = heartbeat_one(root, now, args[at], args[at + 1], args[at + 2], args[at + 3])
  end
  return reply
end

register('task_heartbeat', task_heartbeat, { 'allow-oom' })
