-- Ends an attempt badly: scheduled again after its backoff while attempts are left, else failed.

-- Milliseconds to wait after the n-th attempt; `random` in [0, 1) takes up to a half away.
local function backoff_ms(spec, attempt, random)
  local b = spec.b or {}
  local base, most = b.base_ms or BACKOFF_BASE_MS_DEFAULT, b.max_ms or BACKOFF_MAX_MS_DEFAULT
  local wait
  if b.kind == 'list' then
    wait = b.delays_ms[math.min(attempt, #b.delays_ms)]
  elseif b.kind == 'fixed' then
    wait = base
  elseif b.kind == 'linear' then
    wait = math.min(base * attempt, most)
  else
    wait = math.min(base * 2 ^ math.min(attempt - 1, 40), most)
  end
  if b.jitter ~= false then wait = wait - wait * 0.5 * random end
  return math.floor(wait)
end

-- retry_after: milliseconds as text, '' for the task's backoff, 'never' for an error that no retry mends.
local function is_final(spec, task, retry_after)
  return retry_after == 'never' or task.attempt >= (spec.a or ATTEMPTS_DEFAULT)
end

local function fail(root, effects, task, failure, retry_after, random, now)
  local spec = read_header(root, task.id)
  redis.call('SET', key_of.outcome(root, task.id), failure)
  if task.cancel then
    end_cancelled(root, effects, task, now, { 'lt', task.token, 'lo', 'f:cancelled:' }, 'ko')
    note_task(effects, 'task.cancelled', task.id, task.queue, task.agent, 'cancelled', task.attempt)
    return 'ok cancelled ' .. phases(task, now, true)
  end
  if is_final(spec, task, retry_after) then
    redis.call('HSET', task.key, 'st', 'failed', 'fa', int(now), 'lt', task.token, 'lo', 'f:failed:')
    unlease(effects, task, 'ko')
    finish(root, effects, task, 'running', 'failed', now)
    note_task(effects, 'task.failed', task.id, task.queue, task.agent, 'failed', task.attempt)
    return 'ok failed ' .. phases(task, now, true)
  end
  local wait = tonumber(retry_after) or backoff_ms(spec, task.attempt, random)
  local run_at = int(now + wait)
  back_to_scheduled(root, effects, task, run_at, { 'lt', task.token, 'lo', 'f:scheduled:' .. run_at }, 'ko',
    'failed', failure)
  note_task(effects, 'task.retried', task.id, task.queue, task.agent, 'scheduled', task.attempt)
  return string.format('ok scheduled %s %s %d', phases(task, now, false), run_at, wait)
end
