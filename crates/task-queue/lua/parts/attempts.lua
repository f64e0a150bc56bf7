-- What became of a task's attempts: the list `e:<id>` has those that something else followed, the eldest first:
--   <fence> <attempt> <agent> <started_at> <ended_at> <outcome> <1 where the error was too long to be kept, else 0>\n
--   <frame of the error>
-- An attempt that goes on and the last one of a finished task are told by the state alone (`ao` says how the last one
-- ended where nobody said it), so that a task that is claimed and completed writes nothing here.

local attempts = {}

do
  local function line(fence, attempt, agent, started, ended, outcome, error)
    local too_long = error and #error > ATTEMPT_ERROR_BYTES
    local head = table.concat({ fence, attempt, agent or '-', started, ended, outcome, too_long and '1' or '0' }, ' ')
    return head .. '\n' .. (error and not too_long and error or '')
  end

  local function push(root, id, record)
    local key = key_of.attempts(root, id)
    if redis.call('RPUSH', key, record) > ATTEMPT_RECORDS then
      redis.call('LTRIM', key, int(-ATTEMPT_RECORDS), '-1')
    end
  end

  -- Keeps an attempt that has just ended.
  --   task   id, fence, attempt, agent, started
  --   error  its frame, nil where there is none
  function attempts.keep(effects, task, outcome, error)
    push(effects.root, task.id, line(int(task.fence), int(task.attempt), task.agent, int(task.started),
      int(effects.now), outcome, error))
  end

  -- Whether an attempt is among those that are kept.
  local function is_kept(root, id, fence)
    local last = redis.call('LINDEX', key_of.attempts(root, id), '-1')
    return last and tonumber(string.match(last, '^%d+')) >= fence
  end

  local ENDED = { completed = true, failed = true, cancelled = true }

  -- The attempt of which the state alone tells; nil where there is none.
  function attempts.last(root, id)
    local s = redis.call('HMGET', key_of.state(root, id), 'st', 'fe', 'at', 'ag', 'sa', 'fa', 'tk', 'lt', 'lo', 'ao')
    local status, fence = s[1], tonumber(s[2] or 0)
    if fence == 0 or not s[5] or is_kept(root, id, fence) then return nil end
    if status == 'running' then return line(s[2], s[3], s[4], s[5], '-', '-', nil) end
    if not ENDED[status] then return nil end
    local said = s[8] and s[8] == s[7] and string.sub(s[9], 1, 1) == 'f'
    local error = (status == 'failed' or said) and redis.call('GET', key_of.outcome(root, id)) or nil
    return line(s[2], s[3], s[4], s[5], s[6], status == 'failed' and s[10] or status, error)
  end

  -- Keeps that one too, before the state forgets it.
  function attempts.keep_last(root, id)
    local last = attempts.last(root, id)
    if last then push(root, id, last) end
  end
end
