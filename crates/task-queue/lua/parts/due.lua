-- Times that end an attempt, or a task, whatever its holder says. Flags of the state (moved.lua):
--   T  an attempt ends after `timeout_ms`: the field `to` has the time at which the current one does
--   l  the task fails at its deadline: the sorted set `deadlines` has the unfinished ones by that time. A task whose
--      deadline has passed and that is retried by hand loses the letter, and with it the deadline
-- A lease never lasts longer than either.

local due = {}
flagged.by_field.t = 'T'
flagged.by_field.e = 'l'

do
  local DEADLINE_PASSED = '\0{"message":"the deadline passed before the task was done","kind":"deadline"}'
  local ENDS = { completed = true, failed = true, cancelled = true, gone = true }

  function flagged.on.l(effects, task, from, to)
    local deadlines = effects.root .. 'deadlines'
    if ENDS[to] then
      redis.call('ZREM', deadlines, task.id)
    elseif from == 'new' or ENDS[from] then
      redis.call('ZADD', deadlines, int(task.spec.e), task.id)
    end
  end

  -- The deadline of a task; nil where it has none, or none any more.
  function due.deadline(spec, flags)
    return spec.e and flags and string.find(flags, 'l', 1, true) and spec.e or nil
  end

  -- Takes the deadline off a task if it has passed.
  function due.forgive(effects, task)
    local deadline = due.deadline(task.spec, task.flags)
    if not deadline or deadline > effects.now then return end
    task.flags = string.gsub(task.flags, 'l', '')
    redis.call('HSET', task.key, 'fl', task.flags)
  end

  -- A spec as it is answered to a claimer: without a deadline that has been taken off.
  function due.text(text, spec, flags)
    if not spec.e or due.deadline(spec, flags) then return text end
    local head = string.find(text, '\n', 1, true)
    local bare = string.gsub(string.sub(text, 1, head), '([{,])"e":%d+(,?)', function(before, after)
      return before == '{' and '{' or after
    end, 1)
    return bare .. string.sub(text, head + 1)
  end

  -- Until when a new lease may last, and the end of the attempt, nil where it has none.
  function due.begin(spec, flags, now, expires)
    local ends = spec.t and now + spec.t
    return math.min(expires, ends or expires, due.deadline(spec, flags) or expires), ends
  end

  -- Until when the lease of a held task may be extended.
  function due.extended(root, task, expires)
    if not string.find(task.flags, '[Tl]') then return expires end
    local said = tonumber(redis.call('HGET', task.key, 'to') or expires)
    local ends = clock.attempt_end(root, said, task.started, task.expires)
    if ends ~= said then redis.call('HSET', task.key, 'to', int(ends)) end
    return math.min(expires, ends, due.deadline(read_header(root, task.id), task.flags) or expires)
  end

  -- Lets a held task end later or earlier, because the clock was set.
  function due.moved(effects, task, by)
    task.expires = task.expires + by
    redis.call('HSET', task.key, 'ex', int(task.expires))
    if task.ends then redis.call('HSET', task.key, 'to', int(task.ends + by)) end
    effects.leased[#effects.leased + 1] = int(task.expires)
    effects.leased[#effects.leased + 1] = task.id
  end

  -- A running task, whoever asks; nil where it is gone.
  function due.running(root, id)
    local key = key_of.state(root, id)
    local s = redis.call('HMGET', key, 'at', 'q', 'rt', 'cr', 'dd', 'wt', 'en', 'cc', 'ag', 'sa', 'un', 'fl', 'fe', 'ex',
      'to', 'st', 'tk')
    if not s[1] then return nil end
    return {
      id = id, key = key, attempt = tonumber(s[1]), queue = s[2] or QUEUE_DEFAULT,
      retention = tonumber(s[3] or RETENTION_MS_DEFAULT), cancel = s[4] == '1', has_dedup = s[5] == '1',
      watched = s[6] == '1', entry = tonumber(s[7] or 0), crashes = tonumber(s[8] or 0), agent = s[9],
      started = tonumber(s[10]), pin = s[11], flags = s[12], fence = tonumber(s[13] or 0),
      timed_out = s[15] and tonumber(s[14]) >= tonumber(s[15]) or false,
      expires = tonumber(s[14] or 0), ends = tonumber(s[15]), status = s[16], token = s[17],
    }
  end

  -- Fails a task whose deadline has passed and that is in no index of its state any more.
  function due.fail(effects, task, from)
    local root, now = effects.root, effects.now
    redis.call('SET', key_of.outcome(root, task.id), DEADLINE_PASSED)
    redis.call('HSET', task.key, 'st', 'failed', 'fa', int(now), 'ao', 'deadline')
    if from == 'running' then unlease(effects, task, 'ko') end
    finish(root, effects, task, from, 'failed', now)
    note_task(effects, 'task.overdue', task.id, task.queue, from == 'running' and task.agent or nil, 'failed',
      task.attempt)
    return 'failed'
  end
end
