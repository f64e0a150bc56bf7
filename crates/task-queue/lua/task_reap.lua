-- task_reap: ends leases whose time is over.
--
-- keys    root of the swarm
-- args    how many at most
-- returns { leases ended or looked at, milliseconds until the next end ('' when nothing is held), how many ended without a word, how
--         many at their timeout, how many at their deadline; of all these how many tasks failed, were cancelled, are
--         scheduled again, and milliseconds until the first of those ('' when there is none); now ('' where there is no
--         such swarm) }
-- fails   -
-- promise an ended lease counts as an attempt. Ended without a word it is a crash, and the task is ready again at once;
--         ended at its timeout it is a failure, and the task is scheduled after its backoff; where its attempts are used
--         up, or its deadline has passed, it has failed; where that was asked for it is cancelled. Several servers may
--         sweep at once. No lease ends because the clock was set (parts/clock.lua)

local LEASE_EXPIRED = '\0{"message":"the lease ended without a word from its holder","kind":"lease_expired"}'
local TIMED_OUT = '\0{"message":"the attempt took longer than its timeout_ms","kind":"timeout"}'

local function note_end(effects, kind, task, status)
  note_task(effects, kind, task.id, task.queue, task.agent, status, task.attempt)
  return status
end

local function fail_for_good(effects, task, how, fields)
  redis.call('HSET', task.key, 'st', 'failed', 'fa', int(effects.now), unpack(fields))
  unlease(effects, task, how)
  finish(effects.root, effects, task, 'running', 'failed', effects.now)
end

-- Its holder did not say that it goes on.
local function crash(effects, task, spec)
  local root, crashes = effects.root, int(task.crashes + 1)
  if task.cancel then
    end_cancelled(root, effects, task, effects.now, { 'cc', crashes }, 'ex')
    return note_end(effects, 'task.expired', task, 'cancelled')
  end
  redis.call('SET', key_of.outcome(root, task.id), LEASE_EXPIRED)
  if task.attempt < (spec.a or ATTEMPTS_DEFAULT) then
    back_to_ready(root, effects, task, spec, { 'cc', crashes }, 'ex', 'crashed', LEASE_EXPIRED)
    return note_end(effects, 'task.expired', task, 'ready')
  end
  fail_for_good(effects, task, 'ex', { 'cc', crashes, 'ao', 'crashed' })
  return note_end(effects, 'task.expired', task, 'failed')
end

-- A number in [0, 1), another one for each of the tasks that time out together: the end of an id is random.
local function chance(id)
  return (tonumber(string.sub(id, -4), 16) / 65536 + clock.micros / 1000) % 1
end

-- Also returns the wait until the next attempt.
local function time_out(effects, task, spec)
  local root, now = effects.root, effects.now
  if task.cancel then
    end_cancelled(root, effects, task, now, {}, 'ko')
    return note_end(effects, 'task.timed_out', task, 'cancelled')
  end
  redis.call('SET', key_of.outcome(root, task.id), TIMED_OUT)
  if task.attempt < (spec.a or ATTEMPTS_DEFAULT) then
    local wait = backoff_ms(spec, task.attempt, chance(task.id))
    back_to_scheduled(root, effects, task, int(now + wait), {}, 'ko', 'timed_out', TIMED_OUT)
    return note_end(effects, 'task.timed_out', task, 'scheduled'), wait
  end
  fail_for_good(effects, task, 'ko', { 'ao', 'timed_out' })
  return note_end(effects, 'task.timed_out', task, 'failed')
end

-- Returns how the attempt ended, where the task stands since, and the wait until the next attempt; nothing where the
-- task is gone.
local function reap_one(effects, id)
  local task = due.running(effects.root, id)
  if not task then return unlease(effects, { id = id }) end
  local ends = clock.end_of(effects.root, task.expires, task.started, task.agent)
  if ends > effects.now then return due.moved(effects, task, ends - task.expires) end
  local spec = read_header(effects.root, id)
  local deadline = due.deadline(spec, task.flags)
  if deadline and deadline <= effects.now and not task.cancel then return 'overdue', due.fail(effects, task, 'running') end
  if task.timed_out then return 'timed_out', time_out(effects, task, spec) end
  return 'expired', crash(effects, task, spec)
end

-- After the clock was set back. Returns how many leases it looked at.
local function move_back(effects, n)
  return clock.move_back(effects.root, 'leases', effects.now, n, function(id, _, back)
    local task = due.running(effects.root, id)
    if task and clock.is_lease_of_before(effects.root, task.expires) then due.moved(effects, task, -back) end
  end)
end

local function task_reap(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return { 0, '', 0, 0, 0, 0, 0, 0, '', '' } end
  local now = now_ms(root)
  local effects = new_effects(root, swarm, now)
  local ended = redis.call('ZRANGEBYSCORE', root .. 'leases', '-inf', now, 'LIMIT', 0, tonumber(args[1]))
  local counts, soonest = { expired = 0, timed_out = 0, overdue = 0, ready = 0, failed = 0, cancelled = 0, scheduled = 0 }, nil
  for _, id in ipairs(ended) do
    local how, status, wait = reap_one(effects, id)
    if how then counts[how], counts[status] = counts[how] + 1, counts[status] + 1 end
    if wait then soonest = math.min(wait, soonest or wait) end
  end
  local moved = move_back(effects, tonumber(args[1]))
  write_effects(effects)
  local following = redis.call('ZRANGE', root .. 'leases', 0, 0, 'WITHSCORES')
  local is_all = math.max(#ended, moved) < tonumber(args[1])
  local is_used = following[2] or redis.call('EXISTS', root .. 'alive') == 1
  if is_all and (is_used or clock.is_marked_ahead(root, now)) then clock.mark(root, now) end
  local wait = following[2] and int(tonumber(following[2]) - now) or ''
  return { math.max(#ended, moved), wait, counts.expired, counts.timed_out, counts.overdue, counts.failed, counts.cancelled, counts.scheduled,
    soonest and int(soonest) or '', int(now) }
end

register('task_reap', task_reap, { 'allow-oom' })
