-- task_reap: ends leases whose time is over.
--
-- keys    root of the swarm
-- args    how many at most
-- returns { leases ended, milliseconds until the next end ('' when nothing is held), tasks that expired, of them failed,
--         of them cancelled }
-- fails   -
-- promise an ended lease counts as an attempt and a crash; the task is ready again at once, or failed when its attempts
--         are used up, or cancelled when that was asked for; several servers may sweep at once

local LEASE_EXPIRED = '\0{"message":"the lease ended without a word from its holder","kind":"lease_expired"}'

local function note_expired(effects, task, status)
  note_task(effects, 'task.expired', task.id, task.queue, task.agent, status, task.attempt)
  return status
end

-- Returns where the task stands since; nothing where it is gone.
local function reap_one(root, effects, id, now)
  local s = redis.call('HMGET', key_of.state(root, id), 'at', 'q', 'rt', 'cr', 'dd', 'wt', 'en', 'cc', 'ag', 'sa', 'un', 'fl')
  if not s[1] then
    unlease(effects, { id = id })
    return nil
  end
  local task = {
    id = id, key = key_of.state(root, id), attempt = tonumber(s[1]), queue = s[2] or QUEUE_DEFAULT,
    retention = tonumber(s[3] or RETENTION_MS_DEFAULT), has_dedup = s[5] == '1', watched = s[6] == '1',
    entry = tonumber(s[7] or 0), agent = s[9], started = tonumber(s[10]), pin = s[11],
    flags = s[12],
  }
  local crashes = { 'cc', int(tonumber(s[8] or 0) + 1) }
  if s[4] == '1' then
    end_cancelled(root, effects, task, now, crashes, 'ex')
    return note_expired(effects, task, 'cancelled')
  end
  local spec = read_header(root, id)
  redis.call('SET', key_of.outcome(root, id), LEASE_EXPIRED)
  if task.attempt < (spec.a or ATTEMPTS_DEFAULT) then
    back_to_ready(root, effects, task, spec, crashes, 'ex')
    return note_expired(effects, task, 'ready')
  end
  redis.call('HSET', task.key, 'st', 'failed', 'fa', int(now), unpack(crashes))
  unlease(effects, task, 'ex')
  finish(root, effects, task, 'running', 'failed', now)
  return note_expired(effects, task, 'failed')
end

local function task_reap(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return { 0, '', 0, 0, 0 } end
  local now = now_ms(root)
  local effects = new_effects(root, swarm, now)
  local ended = redis.call('ZRANGEBYSCORE', root .. 'leases', '-inf', now, 'LIMIT', 0, tonumber(args[1]))
  local expired = { ready = 0, failed = 0, cancelled = 0 }
  for _, id in ipairs(ended) do
    local status = reap_one(root, effects, id, now)
    if status then expired[status] = expired[status] + 1 end
  end
  write_effects(effects)
  local following = redis.call('ZRANGE', root .. 'leases', 0, 0, 'WITHSCORES')
  local wait = following[2] and int(tonumber(following[2]) - now) or ''
  return { #ended, wait, expired.ready + expired.failed + expired.cancelled, expired.failed, expired.cancelled }
end

register('task_reap', task_reap, { 'allow-oom' })
