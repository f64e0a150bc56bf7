-- A task that asks a person is held by nobody until somebody answers. The frame `ir:<id>` has what was asked and, once it
-- was, what was answered; the sorted set `asking` the tasks that wait, by when they asked. Fields of the state:
--   ia when it asked last    bq the task whose budget was used up, where that is what it asks about

local ask = {}
do
  flagged.on.q = function(effects, task, from, to)
    if to == 'gone' then redis.call('DEL', key_of.input(effects.root, task.id)) end
  end

  -- Ends the lease of a task that is held; the attempt does not count. Returns where it stands: one that was called off is
  -- cancelled.
  --   kind    letter under which the same call again is answered alike, see held()
  --   budget  the task whose budget it asks for, or nil
  local function put_aside(effects, task, frame, kind, budget)
    local root, at = effects.root, int(effects.now)
    if task.cancel then
      end_cancelled(root, effects, task, effects.now, { 'lt', task.token, 'lo', kind .. ':cancelled:' })
      note_task(effects, 'task.cancelled', task.id, task.queue, task.agent, 'cancelled', task.attempt)
      return 'cancelled'
    end
    flagged.add(task, 'q')
    redis.call('SET', key_of.input(root, task.id), frame)
    redis.call('HSET', task.key, 'st', 'input_required', 'at', int(task.attempt - 1), 'ia', at, 'bq', budget or '',
      'lt', task.token, 'lo', kind .. ':input_required:')
    redis.call('ZADD', root .. 'asking', at, task.id)
    attempts.keep(effects, task, 'input_required', nil)
    unlease(effects, task)
    moved(effects, task, 'running', 'input_required')
    note_task(effects, 'task.input_requested', task.id, task.queue, task.agent, 'input_required', task.attempt)
    return 'input_required'
  end

  function ask.person(effects, task, frame) return put_aside(effects, task, frame, 'i', nil) end

  local FAILURE = '\0{"message":"%s","kind":"budget_exceeded","details":{"task":"%s","resource":"%s","limit":%d,"used":%d}}'
  local PROMPT = '\0{"prompt":"%s: answer to grant as much once more, or cancel the task","schema":null}'

  -- Ends the lease of a task that is held and has passed a budget, as that says; returns where the task stands, or nil
  -- where no budget is passed.
  function ask.budget(effects, task)
    local over = used.exceeded(effects, task)
    if not over then return nil end
    local why = string.format('the budget of task %s is used up, %d of %d %s', over.task, over.used, over.limit, over.name)
    if over.policy == 'input_required' then
      return put_aside(effects, task, string.format(PROMPT, why), 'b', over.task)
    end
    local failure = string.format(FAILURE, why, over.task, over.name, over.limit, over.used)
    local status = string.match(fail(effects.root, effects, task, failure, 'never', 0, effects.now), '^ok (%l+)')
    -- Its holder has not said so: what it says from now on comes too late.
    redis.call('HSET', task.key, 'lo', 'b:' .. status .. ':')
    return status
  end

  -- Makes a task ready again that was answered.
  function ask.answered(effects, task, frame)
    local root, entry = effects.root, task.entry + 1
    local budget = redis.call('HGET', task.key, 'bq')
    if budget and budget ~= '' then used.grant(effects, budget) end
    redis.call('SET', key_of.input(root, task.id), frame)
    redis.call('ZREM', root .. 'asking', task.id)
    redis.call('HSET', task.key, 'st', 'ready', 'en', int(entry), 'ry', precise(effects.now))
    moved(effects, task, 'input_required', 'ready')
    enter_ready(effects, task, task.spec, entry, true)
    note_task(effects, 'task.input_given', task.id, task.queue, nil, 'ready', task.attempt)
  end
end
