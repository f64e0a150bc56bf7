-- What may be done to a task from outside, to one or to many: each takes the task as `stand` tells of it.
--   is_taken  of a ready one: it has been taken out of its list already

local act = {}
do
  local FINISHED = { completed = true, failed = true, cancelled = true }

  -- What one call may do: each task weighs as much as a few sets it is taken out of, and one more for each of its tags.
  local WEIGHT, TASK = 500, 8

  local function weight_of(task)
    if not task.spec.x then return TASK end
    local _, commas = string.gsub(task.spec.x, ',', '')
    return TASK + commas + 1
  end

  -- Counts what is done to tasks: `add` each, `is_full` when the call has done enough, `room` how many more it may take up
  -- before it looks again. Retried ones look at what they depend on.
  function act.load(effects, action)
    local weight, load = 0, {}
    function load.add(task)
      weight = weight + weight_of(task)
      if action ~= 'retry' then return end
      task.named = depend.named(effects.root, task.id)
      weight = weight + #task.named
    end
    function load.is_full() return weight >= WEIGHT end
    function load.room() return math.ceil(math.max(0, WEIGHT - weight) / (TASK * 4)) end
    return load
  end

  local function take_out(effects, task)
    if FINISHED[task.status] then
      redis.call('ZREM', key_of.finished(effects.root, task.status), task.id)
    elseif not task.is_taken then
      leave[task.status](effects, task)
    end
  end

  local function ask_to_stop(effects, task)
    local asked = redis.call('HSET', task.key, 'cr', '1')
    if asked == 1 then
      note_task(effects, 'task.cancel_requested', task.id, task.queue, task.agent, 'running', task.attempt)
    end
    return asked == 1
  end

  -- A running one is asked to stop. Returns whether that is news; a finished one stays as it is.
  function act.cancel(effects, task)
    if FINISHED[task.status] then return false end
    if task.status == 'running' then return ask_to_stop(effects, task) end
    local from = task.status
    take_out(effects, task)
    redis.call('HSET', task.key, 'st', 'cancelled', 'fa', int(effects.now))
    finish(effects.root, effects, task, from, 'cancelled', effects.now)
    note_task(effects, 'task.cancelled', task.id, task.queue, nil, 'cancelled', task.attempt)
    task.status = 'cancelled'
    return true
  end

  -- Counts those that this call has made unfinished again: the totals are written at its end.
  local function is_full(effects)
    local room = room_for_tasks(effects.root, effects.swarm)
    return room ~= nil and room - (effects.retried or 0) <= 0
  end

  -- Returns true; or false and why not: `state`, `full` or `key`.
  --   task.named  the tasks that it depends on, where they have been read
  function act.retry(effects, task)
    local root, id, from = effects.root, task.id, task.status
    if from ~= 'failed' and from ~= 'cancelled' then return false, 'state' end
    if is_full(effects) then return false, 'full' end
    if task.spec.d and redis.call('HSETNX', root .. 'dedup', task.spec.d, id) ~= 1 then return false, 'key' end
    task.entry = task.entry + 1
    take_out(effects, task)
    attempts.keep_last(root, id)
    due.forgive(effects, task)
    if task.spec.u then used.grant(effects, id) end
    -- Why a task failed that nobody ever held is no error of an attempt: a first attempt leaves no error behind.
    if redis.call('HEXISTS', task.key, 'fe') == 0 then redis.call('DEL', key_of.outcome(root, id)) end
    redis.call('HDEL', task.key, 'fa', 'ra', 'cr', 'cc', 'lt', 'lo', 'ao')
    redis.call('HSET', task.key, 'at', '0', 'en', int(task.entry))
    local pending = depend.again(effects, task, task.named or depend.named(root, id))
    if pending > 0 then
      depend.block(effects, task, pending)
      moved(effects, task, from, 'blocked')
    else
      redis.call('HSET', task.key, 'st', 'ready', 'ry', precise(effects.now))
      moved(effects, task, from, 'ready')
      enter_ready(effects, task, task.spec, task.entry, false)
    end
    task.status = pending > 0 and 'blocked' or 'ready'
    note_task(effects, 'task.retried', id, task.queue, nil, task.status, 0)
    effects.retried = (effects.retried or 0) + 1
    return true
  end

  -- The eldest first: of tasks that one call retries, what others depend on goes before those.
  function act.in_order(tasks)
    table.sort(tasks, function(a, b) return a.id < b.id end)
  end

  -- Nothing is left of it. A running one is its holder's: it stays.
  function act.delete(effects, task)
    if task.status == 'running' then return false end
    take_out(effects, task)
    if task.has_dedup then free_dedup(effects.root, task.id, task.spec) end
    note_task(effects, 'task.deleted', task.id, task.queue, nil, task.status, task.attempt)
    forget.task(effects, task, task.status)
    if task.watched then wake(effects.root, 'f', task.id) end
    return true
  end
end
