-- Tasks that wait for others. The list `d:<task>` has those that wait for a task while it is unfinished, `l:<task>` those
-- that may look at what became of it since and have not been seen finished: while one of them is unfinished the task is
-- not forgotten. A task that has either is flagged `d`; one that waits is `blocked`, is flagged `w`, stands in the sorted
-- set `blocked` and counts in `pd` what it waits for. It stands in `d:` lists as in ready lists, with the entry it has: one
-- that gave up and was retried has another, and what it left behind in the lists of others counts for nothing.
--
-- What ends a task takes the first of those that wait along; the others are renamed to `dy:<task>/<status>/<n>`, and that
-- name enters the sorted set `resolving`, which task_resolve works off: `yd` of the task counts its own ones there.

local depend = {}

do
  -- What one call does: a step for each that goes on waiting, so many for each that does not.
  local STEPS_A_CALL, STEPS_A_MOVE = 256, 4
  -- Dependents taken out of a list at a time.
  local TAKEN = 32
  -- Dependents that the looks of one call at finished tasks pass over.
  local LOOKS_A_CALL = 1000
  -- A task that is still looked at is kept for so long at least, and at most, before it is looked at again.
  local KEPT_MS_MIN, KEPT_MS_MAX = 1000, 60000
  -- Finished tasks are few where they are no more than this part of those that are asked for.
  local FEW = 4
  -- How far from the end of a list is looked for what a task left there.
  local SEARCHED = '200'
  local FINISHED = { completed = true, failed = true, cancelled = true }
  local WORDS = {
    failed = 'has failed', cancelled = 'was cancelled', deleted = 'was deleted',
  }

  local function ids_of(joined)
    local ids, seen = {}, {}
    for id in string.gmatch(joined, '[^,]+') do
      if not seen[id] then
        seen[id] = true
        ids[#ids + 1] = id
      end
    end
    return ids
  end

  local function first_unknown(root, joined)
    local at = 0
    for id in string.gmatch(joined, '[^,]+') do
      if redis.call('EXISTS', key_of.spec(root, id)) == 0 then return int(at) end
      at = at + 1
    end
  end

  -- Returns the place of a dependency, from 0, that is not there. Those of a task that is in already are not looked at
  -- again.
  function depend.check(root, task)
    task.depends_on = ids_of(task.joined)
    local keys = {}
    for _, id in ipairs(task.depends_on) do keys[#keys + 1] = key_of.spec(root, id) end
    if redis.call('EXISTS', unpack(keys)) == #keys then return end
    if redis.call('EXISTS', key_of.spec(root, task.id)) == 1 then return end
    return first_unknown(root, task.joined)
  end

  local function flag(root, id, flags, letter)
    if flags and string.find(flags, letter, 1, true) then return end
    redis.call('HSET', key_of.state(root, id), 'fl', (flags or '') .. letter)
  end

  -- The task will never be: one that it depends on ended as `status`.
  local function give_up(effects, task, dependency, status)
    local root, now = effects.root, effects.now
    local to = task.spec.m == 'cancel' and 'cancelled' or 'failed'
    redis.call('SET', key_of.outcome(root, task.id), string.format(
      '\0{"message":"task %s, which it depends on, %s","kind":"dependency_failed","details":{"dependency":"%s","status":"%s"}}',
      dependency, WORDS[status], dependency, status))
    redis.call('HSET', task.key, 'st', to, 'fa', int(now))
    finish(root, effects, task, 'blocked', to, now)
    note_task(effects, to == 'failed' and 'task.failed' or 'task.cancelled', task.id, task.queue, nil, to, 0)
    effects.given_up = effects.given_up or { failed = 0, cancelled = 0 }
    effects.given_up[to] = effects.given_up[to] + 1
    return to
  end

  -- What this call has ended: the sets of those that have finished are written at its end.
  local function ended_now(effects)
    local ended = {}
    for status, scored in pairs(effects.finished) do
      for at = 2, #scored, 2 do ended[scored[at]] = status end
    end
    return ended
  end

  -- Notes which of these have finished in one way, in one question: of few that have, all are read.
  local function note_ended(ended, key, status, ids)
    local count = redis.call('ZCARD', key)
    if count * FEW <= #ids then
      for _, id in ipairs(count > 0 and redis.call('ZRANGE', key, '0', '-1') or {}) do ended[id] = status end
      return
    end
    for at, score in ipairs(redis.call('ZMSCORE', key, unpack(ids))) do
      if score then ended[ids[at]] = status end
    end
  end

  local function ended_of(effects, ids)
    local ended = ended_now(effects)
    for status in pairs(FINISHED) do note_ended(ended, key_of.finished(effects.root, status), status, ids) end
    return ended
  end

  -- Takes a task in that depends on others, as if it waited, whatever has become of them. Returns how many it waits for,
  -- what has become of each that has ended, and the first of these that it cannot do without.
  local function look(effects, task)
    local ended, pending = ended_of(effects, task.depends_on), 0
    for _, id in ipairs(task.depends_on) do
      local status = ended[id]
      if not status then
        pending = pending + 1
      elseif status ~= 'completed' and task.spec.m ~= 'run' then
        return 0, ended, id
      end
    end
    return pending, ended, nil
  end

  -- A list that holds something else has flagged its task before. Returns whether it does.
  local function join(root, list, id, element)
    if redis.call('RPUSH', list, element) > 1 then return true end
    local state = key_of.state(root, id)
    if redis.call('HSETNX', state, 'fl', 'd') == 0 then flag(root, id, redis.call('HGET', state, 'fl'), 'd') end
  end

  -- Under its id where it may look at what has ended, under its element where it waits.
  local function enter_list_of(root, id, has_ended, waiting, element)
    if has_ended then return join(root, key_of.looking(root, id), id, waiting) end
    join(root, key_of.waiting(root, id), id, element)
  end

  -- Returns where a new task stands that waits or never will be; nothing where it waits for none.
  --   task  id, key, entry, queue, spec, flags, retention, has_dedup, depends_on
  function depend.enter(effects, task)
    local root = effects.root
    local pending, ended, lost = look(effects, task)
    if lost then
      moved(effects, task, 'new', 'blocked')
      return give_up(effects, task, lost, ended[lost])
    end
    local element = element_of(task.id, task.entry)
    for _, id in ipairs(task.depends_on) do enter_list_of(root, id, ended[id], task.id, element) end
    if pending == 0 then return nil end
    depend.block(effects, task, pending)
    moved(effects, task, 'new', 'blocked')
    return 'blocked'
  end

  -- The ids that stand at the end of a task's extras (see store/spec.rs): nothing that a client chooses follows them but
  -- what holds no quotes.
  local NAMED, SCHEDULE, TRACE = '"depends_on":%[([%x%-",]+)%]$', ',?"schedule":"[^"]*"$', ',?"traceparent":"[^"]*"$'

  -- The tasks that a task depends on, as its submit named them.
  function depend.named(root, id)
    local key, last = key_of.spec(root, id), 511
    while true do
      local text = redis.call('GETRANGE', key, '0', int(last))
      local header_end = string.find(text, '\n', 1, true)
      local extras_end = header_end and string.find(text, '\n', header_end + 1, true)
      if extras_end then
        local extras = string.sub(text, header_end + 1, extras_end - 2)
        local ids = string.match(string.gsub(string.gsub(extras, SCHEDULE, ''), TRACE, ''), NAMED)
        return ids and ids_of((string.gsub(ids, '"', ''))) or {}
      end
      if #text <= last then return {} end
      last = last * 16
    end
  end

  local function stands_near_the_end(list, element)
    return redis.call('LPOS', list, element, 'RANK', '-1', 'MAXLEN', SEARCHED)
  end

  -- Enters a list once more, and takes away what was left there when it gave up: that stands near its end.
  local function enter_list_again(root, id, has_ended, task, element)
    local looking, waiting = key_of.looking(root, id), key_of.waiting(root, id)
    if has_ended then return stands_near_the_end(looking, task.id) or join(root, looking, id, task.id) end
    if not join(root, waiting, id, element) then return end
    local left = element_of(task.id, task.entry - 1)
    if stands_near_the_end(waiting, left) then redis.call('LREM', waiting, '-1', left) end
  end

  -- A task that has finished is to wait again for those that it depends on and that are unfinished now; what has failed or
  -- is gone is no obstacle. Returns how many it waits for.
  --   task  id, entry: the one behind that under which it last waited
  function depend.again(effects, task, named)
    if #named == 0 then return 0 end
    local root, ended, pending, keys = effects.root, ended_of(effects, named), 0, {}
    for at, id in ipairs(named) do keys[at] = key_of.spec(root, id) end
    local all_there, element = redis.call('EXISTS', unpack(keys)) == #keys, element_of(task.id, task.entry)
    for at, id in ipairs(named) do
      if all_there or redis.call('EXISTS', keys[at]) == 1 then
        enter_list_again(root, id, ended[id], task, element)
        if not ended[id] then pending = pending + 1 end
      end
    end
    return pending
  end

  function depend.block(effects, task, pending)
    if not flagged.has(task.flags, 'w') then task.flags = (task.flags or '') .. 'w' end
    redis.call('HSET', task.key, 'st', 'blocked', 'pd', int(pending), 'fl', task.flags)
    redis.call('ZADD', effects.root .. 'blocked', int(effects.now), task.id)
  end

  local function run_at_of_text(text)
    return tonumber(string.match(text, '^[%d.]+,(%d+) ') or 0)
  end

  -- Nothing is waited for any more: its own time may still have to come.
  local function go_on(effects, task, text)
    local root, run_at = effects.root, run_at_of_text(text)
    if run_at > effects.now then
      redis.call('HSET', task.key, 'st', 'scheduled')
      redis.call('ZADD', root .. 'scheduled', int(run_at), task.id)
      moved(effects, task, 'blocked', 'scheduled')
      wake(root, 's', int(run_at - effects.now))
      return
    end
    redis.call('HSET', task.key, 'st', 'ready', 'ry', precise(effects.now))
    moved(effects, task, 'blocked', 'ready')
    enter_ready(effects, task, task.spec, task.entry, false)
    note_task(effects, 'task.ready', task.id, task.queue, nil, 'ready', 0)
  end

  -- One task hears what has become of another. Returns the steps that took, and its id where it may still look.
  local function tell(effects, element, dependency, status)
    local root = effects.root
    local id, entry = split_element(element)
    local key = key_of.state(root, id)
    local s = redis.call('HMGET', key, 'st', 'pd', 'en')
    if tonumber(s[3] or 0) ~= entry then return 1, nil end
    if s[1] ~= 'blocked' then return 1, s[1] and not FINISHED[s[1]] and id or nil end
    if status == 'completed' and tonumber(s[2]) > 1 then
      redis.call('HINCRBY', key, 'pd', '-1')
      return 1, id
    end
    local task = stand(root, id)
    if status ~= 'completed' and task.spec.m ~= 'run' then
      give_up(effects, task, dependency, status)
      return STEPS_A_MOVE, nil
    end
    if redis.call('HINCRBY', key, 'pd', '-1') > 0 then return 2, id end
    local _, text = read_header(root, id)
    go_on(effects, task, text)
    return STEPS_A_MOVE, id
  end

  -- Takes from a list as long as there are steps; returns how many are left.
  local function tell_some(effects, list, dependency, status, steps)
    local root = effects.root
    local exists = redis.call('EXISTS', key_of.spec(root, dependency)) == 1
    while steps > 0 do
      local most = math.max(1, math.min(TAKEN, math.floor(steps / STEPS_A_MOVE)))
      local elements = redis.call('LPOP', list, int(most))
      if not elements then break end
      local looking = {}
      for _, element in ipairs(elements) do
        local took, id = tell(effects, element, dependency, status)
        steps = steps - took
        looking[#looking + 1] = id
      end
      if exists and #looking > 0 then redis.call('RPUSH', key_of.looking(root, dependency), unpack(looking)) end
    end
    return steps
  end

  local function put_off(effects, dependency, status)
    local root = effects.root
    local list = key_of.waiting(root, dependency)
    if redis.call('EXISTS', list) == 0 then return end
    local n, name = 0, nil
    repeat
      name = dependency .. '/' .. status .. '/' .. int(n)
      n = n + 1
    until redis.call('EXISTS', key_of.resolving(root, name)) == 0
    redis.call('RENAME', list, key_of.resolving(root, name))
    redis.call('ZADD', root .. 'resolving', int(effects.now), name)
    if redis.call('EXISTS', key_of.spec(root, dependency)) == 1 then
      redis.call('HINCRBY', key_of.state(root, dependency), 'yd', '1')
    end
    effects.put_off = true
  end

  depend.put_off = put_off

  -- What the ends of this call bring along: those that fail with them have an end as well.
  function flagged.resolve(effects)
    local steps, at = effects.steps or STEPS_A_CALL, 1
    local ends = effects.resolve
    while ends[at] do
      local id, status = ends[at][1], ends[at][2]
      if steps > 0 then steps = tell_some(effects, key_of.waiting(effects.root, id), id, status, steps) - 1 end
      put_off(effects, id, status)
      at = at + 1
    end
    if effects.put_off then wake(effects.root, 'b', '') end
  end

  -- Ends that no answer of this call tells of are told by task_resolve: kept in the swarm's record until then, `gf` failed
  -- and `gc` cancelled.
  function flagged.give_up(effects)
    local ends = effects.given_up
    if ends.failed > 0 then redis.call('HINCRBY', effects.root .. 'swarm', 'gf', int(ends.failed)) end
    if ends.cancelled > 0 then redis.call('HINCRBY', effects.root .. 'swarm', 'gc', int(ends.cancelled)) end
    wake(effects.root, 'b', '')
  end

  -- Takes out what was kept of those; nil where there is nothing.
  function depend.untold(root)
    local ends = redis.call('HMGET', root .. 'swarm', 'gf', 'gc')
    if not ends[1] and not ends[2] then return nil end
    redis.call('HDEL', root .. 'swarm', 'gf', 'gc')
    return { failed = tonumber(ends[1] or 0), cancelled = tonumber(ends[2] or 0) }
  end

  -- Works off what was put off; returns whether there is more.
  function depend.work_off(effects)
    local root, steps = effects.root, STEPS_A_CALL
    while steps > 0 do
      local name = redis.call('ZRANGE', root .. 'resolving', '0', '0')[1]
      if not name then break end
      local id, status = string.match(name, '^(.-)/(.-)/')
      local list = key_of.resolving(root, name)
      steps = tell_some(effects, list, id, status, steps) - 1
      if redis.call('EXISTS', list) == 0 then
        redis.call('ZREM', root .. 'resolving', name)
        if redis.call('EXISTS', key_of.spec(root, id)) == 1
          and redis.call('HINCRBY', key_of.state(root, id), 'yd', '-1') <= 0 then
          redis.call('HDEL', key_of.state(root, id), 'yd')
        end
      end
    end
    effects.steps = math.max(steps, 0)
    return redis.call('EXISTS', root .. 'resolving') == 1
  end

  -- Whether somebody may still look at a finished task; `unknown` where this call has no looks left to tell. Those who have
  -- finished are taken out, so that the next call goes on behind them.
  local function is_looked_at(effects, id)
    local root, list = effects.root, key_of.looking(effects.root, id)
    if redis.call('HEXISTS', key_of.state(root, id), 'yd') == 1 then return true end
    effects.looks = effects.looks or LOOKS_A_CALL
    while effects.looks > 0 do
      effects.looks = effects.looks - 1
      local head = redis.call('LINDEX', list, '0')
      if not head then return false end
      local status = redis.call('HGET', key_of.state(root, head), 'st')
      if not FINISHED[status] and redis.call('EXISTS', key_of.spec(root, head)) == 1 then return true end
      redis.call('LPOP', list)
    end
    return 'unknown'
  end

  -- Keeps a finished task whose retention has ended while somebody may still look at it; returns whether it does.
  function depend.keep(effects, status, id, flags, spec)
    if not flagged.has(flags, 'd') then return false end
    local looked_at = is_looked_at(effects, id)
    if not looked_at then return false end
    local retention = spec.r or RETENTION_MS_DEFAULT
    local wait = looked_at == 'unknown' and 0 or math.max(KEPT_MS_MIN, math.min(retention, KEPT_MS_MAX))
    redis.call('ZADD', key_of.finished(effects.root, status), 'XX', int(effects.now + wait), id)
    return true
  end

  -- At the end of a restore: what a restored task waits for may be there, may have finished or be missing.
  function depend.restore(effects, id)
    local root = effects.root
    local s = redis.call('HMGET', key_of.state(root, id), 'st', 'fl')
    local exists = redis.call('EXISTS', key_of.spec(root, id)) == 1
    if exists then flag(root, id, s[2], 'd') end
    if not exists or FINISHED[s[1]] then put_off(effects, id, exists and s[1] or 'completed') end
  end

  flagged.on.d = function(effects, task, from, to)
    local ended = FINISHED[to] and to or (to == 'gone' and not FINISHED[from] and 'deleted' or nil)
    if ended then
      effects.resolve = effects.resolve or {}
      effects.resolve[#effects.resolve + 1] = { task.id, ended }
    end
    if to == 'gone' then redis.call('DEL', key_of.looking(effects.root, task.id)) end
  end

  flagged.on.w = function(effects, task, from)
    if from ~= 'blocked' then return end
    redis.call('ZREM', effects.root .. 'blocked', task.id)
    redis.call('HDEL', task.key or key_of.state(effects.root, task.id), 'pd')
  end
end
