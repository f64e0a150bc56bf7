-- Leases and presence are spans of time. They go on when the clock of Redis is set forward or back, and when for a while
-- nobody could extend them, because Redis or all servers stood still. Points in time do not: a task that is due at noon is
-- due when the clock says so.
--
-- Each call looks at the clock, and while a server runs there is one a second. Two that are more than CLOCK_STEP_MS apart
-- had a step between them. This is known as long as Redis runs and the library stays loaded; for its first call each swarm
-- with leases or agents has a mark of when it was swept last, the field `seen` of its hash: one in the past tells of a step
-- forward, one in the future of a step back. A library that nobody called while servers of another release did takes that time
-- for a step, too: then what was written meanwhile tells that it passed.
--   clock.skipped   the end of the last step forward: what was said to end within one ends in time that never passed
--   clock.back      by how much the last step back set the clock, 0 where it was set forward since
--   clock.top       what the clock said before that step
--   clock.now       what it says now
-- A step forward costs nothing until an end that lies within it is met. After a step back all ends in sight are moved, in
-- bounded steps, once in each swarm; what was handed out since and before that, for longer than the step, ends too early by
-- as much.

do
  -- Steps forward that are remembered, since the last one back.
  local STEPS = 16
  local MARK_MS = 500

  -- Each { from, to, by }, the eldest first.
  local steps = {}
  -- The first call; nil since a step back.
  local began = nil
  -- By root the step before that one, false where there was none.
  local gaps = {}
  -- By root the step back before that one, where there was one: { by, top }.
  local backs = {}
  -- By root when its mark was written last.
  local marked = {}
  -- The latest that the clock ever said before a step back.
  local highest = 0
  -- By root and sorted set how far the moving back has come: the last end that was looked at, or true at its end.
  local moved = {}

  function clock.begin(now) began, clock.skipped = now, now end

  local function mark_of(root) return tonumber(redis.call('HGET', root .. 'swarm', 'seen') or nil) end

  -- From the last mark to the first call.
  local function gap(root)
    if gaps[root] == nil then
      local seen = began and mark_of(root) or began
      local is_one = began and began - seen > CLOCK_STEP_MS
      gaps[root] = is_one and { from = seen, to = began, by = began - seen } or false
      if began and seen - clock.now > CLOCK_STEP_MS then
        backs[root] = { by = seen - clock.now, top = seen }
        highest = math.max(highest, seen)
      end
    end
    return gaps[root]
  end

  -- By how much the last step back set the clock for a swarm, 0 where it was set forward since, and what it said before.
  local function back_of(root)
    gap(root)
    local own = backs[root]
    if own then return own.by, own.top end
    return clock.back, clock.top
  end

  -- Whether the mark of a swarm that has nothing to sweep is of before a step back: then it is no mark of anything any more.
  function clock.is_marked_ahead(root, now)
    return back_of(root) > 0 and (mark_of(root) or 0) > now
  end

  -- A swarm that was just made has nothing of before a step.
  function clock.made(root)
    if clock.back > 0 then moved[root .. 'leases'], moved[root .. 'alive'] = true, true end
  end

  -- A swarm is no more.
  function clock.forget(root)
    gaps[root], backs[root], marked[root] = nil, nil, nil
    moved[root .. 'leases'], moved[root .. 'alive'] = nil, nil
  end

  -- Marks that all leases of a swarm which are over by now have ended, as they do once a second while spans of time run.
  function clock.mark(root, now)
    if math.abs(now - (marked[root] or 0)) < MARK_MS then return end
    gap(root)
    redis.call('HSET', root .. 'swarm', 'seen', int(now))
    marked[root] = now
  end

  function clock.stepped(before, now)
    moved, backs = {}, {}
    if now > before then
      steps[#steps + 1] = { from = before, to = now, by = now - before }
      if #steps > STEPS then table.remove(steps, 1) end
      clock.back, clock.skipped = 0, now
    else
      steps, gaps, began, clock.skipped = {}, {}, nil, 0
      clock.back, clock.top = before - now, before
      highest = math.max(highest, before)
    end
  end

  -- The clock went back by less than a step: what is still to come was not skipped.
  function clock.went_back(now)
    for _, step in ipairs(steps) do step.to = math.min(step.to, now) end
    for _, step in pairs(gaps) do
      if step then step.to = math.min(step.to, now) end
    end
    began = began and math.min(began, now)
    clock.skipped = now
  end

  -- The step forward, from the one of this number on, in which something ends; and its number. The one before the first
  -- call has number 0.
  local function step_of(root, at, first)
    for number = first, #steps do
      local step = number == 0 and gap(root) or steps[number]
      if step and at > step.from and at <= step.to then return step, number end
    end
  end

  -- When something ends that is said to end at `at`, where `stamps` are times at which something of it was written: as far
  -- as that lies within a step, the clock went on until then.
  local function prolonged(root, at, stamps)
    local step, number = step_of(root, at, 0)
    while step do
      local from = step.from
      for _, stamp in ipairs(stamps) do
        -- What ends before it was written was moved back with a clock that is right again: the writing is of before.
        local is_of_before = stamp > at and stamp <= highest
        if stamp > from and stamp < step.to and not is_of_before then from = stamp end
      end
      if at > from then at = at + step.by - (from - step.from) end
      step, number = step_of(root, at, number + 1)
    end
    return at
  end

  -- When a lease, or the presence of an agent, ends that is said to end at `at`. The lease began at `started`, nil for a
  -- presence, and is the agent's, nil where that is not known.
  function clock.end_of(root, at, started, agent)
    if at > clock.skipped or not step_of(root, at, 0) then return at end
    local seen = agent and redis.call('HGET', key_of.agent(root, agent), 'ls')
    return prolonged(root, at, { started or 0, tonumber(seen or 0) })
  end

  -- When an attempt ends that is said to end at `at`; its lease ended at `expires` before it is extended now. Until the
  -- first extension since a step back, or the sweep, it has not been moved.
  function clock.attempt_end(root, at, started, expires)
    if at <= clock.skipped and step_of(root, at, 0) then return prolonged(root, at, { started or 0 }) end
    local back, top = back_of(root)
    local is_ahead = back > 0 and at > top and expires > top
    if is_ahead and moved[root .. 'leases'] ~= true then return at - back end
    return at
  end

  -- Whether a presence is of before the step back. Those that were over by then, and not yet noticed, lie among those that
  -- began since: what was `written` in the future tells them apart.
  function clock.is_of_before(root, ends, written, now)
    local _, top = back_of(root)
    return ends > top or written > now
  end

  -- Whether a lease is. Leases do not say when they were written: those that were over by then and not yet noticed end after
  -- the last mark.
  function clock.is_lease_of_before(root, ends)
    local _, top = back_of(root)
    return ends > math.min(top, mark_of(root) or top)
  end

  -- Moves ends back after a step back: at most n of the members of a sorted set that end in what is the future again, by
  -- their ends; `move` is told the member, its end and the step. Returns how many it looked at.
  function clock.move_back(root, set, now, n, move)
    local back, key = back_of(root), root .. set
    if back == 0 or moved[key] == true then return 0 end
    local from = moved[key] or '(' .. int(now)
    local ahead = redis.call('ZRANGEBYSCORE', key, from, '+inf', 'WITHSCORES', 'LIMIT', '0', int(n))
    for at = 1, #ahead, 2 do move(ahead[at], tonumber(ahead[at + 1]), back) end
    moved[key] = #ahead < 2 * n or ahead[#ahead]
    return #ahead / 2
  end

  -- Those of a sorted set whose time, as the score has it, was `ms` ago; after a step back also those for which it is still
  -- to come. At most n.
  function clock.due(root, set, now, ms, n)
    local key = root .. set
    local due = redis.call('ZRANGEBYSCORE', key, '-inf', int(now - ms), 'LIMIT', '0', int(n))
    if back_of(root) == 0 or #due >= n then return due end
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, '(' .. int(now), '+inf', 'LIMIT', '0', int(n - #due))) do
      due[#due + 1] = member
    end
    return due
  end
end
