-- Takes a task in: what would refuse it is looked at before anything is written.

local SUBMIT_ARGS = 6

local function read_submit(args, at)
  local header = args[at + 2]
  local spec = header == '{}' and ALL_DEFAULTS or cjson.decode(header)
  return {
    id = args[at], when = args[at + 1], header = header, spec = spec, dedup = args[at + 3], rest = args[at + 4],
    joined = args[at + 5],
  }
end

local function run_at_of(when, now)
  if string.sub(when, 1, 1) == '+' then return now + tonumber(string.sub(when, 2)) end
  if when ~= '' and tonumber(when) > now then return tonumber(when) end
end

-- How many more unfinished tasks the swarm takes; nil where that has no limit.
local function room_for_tasks(root, swarm)
  return swarm.max_tasks and swarm.max_tasks - unfinished_tasks(root)
end

-- What the submits of one call have come to so far.
local function new_submits(root, swarm)
  return { lists = {}, new_sets = {}, dedups = {}, depths = {}, room = room_for_tasks(root, swarm) }
end

local check_rules
do
  local WAITING = { blocked = true, scheduled = true, ready = true }
  -- Fields of a header that a queue may say for its tasks.
  local DEFAULTS = { 'l', 'a', 'b', 't' }
  local FIELD = { l = 'l', a = 'a', b = 'b', t = 'r' }

  -- Tasks of a queue that wait.
  local function depth_of(root, queue)
    local flat, depth = redis.call('HGETALL', key_of.queue(root, queue)), 0
    for at = 1, #flat, 2 do
      local from, to = string.match(flat[at], '^(.-)>(.*)$')
      if WAITING[to] then depth = depth + flat[at + 1] end
      if WAITING[from] then depth = depth - flat[at + 1] end
    end
    return depth
  end

  -- What a task does not say for itself its queue says.
  local function take_defaults(task, rules)
    local spec
    for _, name in ipairs(DEFAULTS) do
      local field = FIELD[name]
      if rules[name] and task.spec[field] == nil then
        if not spec then
          spec = {}
          for known, value in pairs(task.spec) do spec[known] = value end
        end
        spec[field] = rules[name]
      end
    end
    if not spec then return end
    task.ruled = spec.a ~= task.spec.a
    task.spec, task.header = spec, cjson.encode(spec)
  end

  -- Returns a refusal, QUEUEDRAINING or QUEUEFULL, or nil.
  check_rules = function(effects, plan, task)
    local queue = queue_of(task.spec)
    local rules = rules_of(effects, queue)
    if rules == NO_RULES or redis.call('EXISTS', key_of.spec(effects.root, task.id)) == 1 then return nil end
    if rules.e then return 'QUEUEDRAINING' end
    if rules.d then
      local depth = plan.depths[queue] or depth_of(effects.root, queue)
      if depth >= rules.d then return 'QUEUEFULL' end
      plan.depths[queue] = depth + 1
    end
    take_defaults(task, rules)
  end
end

-- The task that it belongs to has to be there; returns a refusal, UNKNOWNPARENT or PARENTTOODEEP. How many are above a task
-- is said in the field `dp` of its state.
local function check_parent(root, task)
  local parent = task.spec.o
  if not parent or redis.call('EXISTS', key_of.spec(root, task.id)) == 1 then return nil end
  if redis.call('EXISTS', key_of.spec(root, parent)) == 0 then return 'UNKNOWNPARENT' end
  local s = redis.call('HMGET', key_of.state(root, parent), 'dp', 'fl')
  task.depth, task.shares_budget = tonumber(s[1] or 0) + 1, flagged.has(s[2], 'b')
  return task.depth > PARENTS and 'PARENTTOODEEP' or nil
end

-- Where tasks of this call gather that enter a ready list.
local function gathering(plan, list)
  local waiting = plan.lists[list.key]
  if not waiting then
    waiting = { list = list, elements = {} }
    plan.lists[list.key] = waiting
  end
  return waiting
end

local check_submit
do
  -- What a header that says more than defaults may be refused for: DEADLINEPASSED, UNKNOWNPARENT, PARENTTOODEEP.
  local function check_header(effects, task)
    local spec = task.spec
    if spec.e and spec.e <= (task.run_at or effects.now) then return 'DEADLINEPASSED' end
    return check_parent(effects.root, task)
  end

  -- Whom it waits for among the ready ones; returns a refusal, CAPABILITYSETS.
  --   later  whether it is not ready yet
  local function check_list(effects, plan, task, later)
    local root, spec = effects.root, task.spec
    if spec == ALL_DEFAULTS and plan.plain then
      if not later then task.waiting = plan.plain end
      return nil
    end
    if spec.s then
      local agent = assign.choose(effects, spec.s, spec)
      task.pin = agent and '@' .. agent
    end
    local list = ready_list(root, spec, task.pin)
    if list.pool and not plan.lists[list.key] and redis.call('EXISTS', list.key) == 0 then
      local new = plan.new_sets[list.pool] or 0
      if redis.call('ZCARD', key_of.specials(root, list.pool)) + new >= CAPABILITY_SETS then return 'CAPABILITYSETS' end
      if not later then plan.new_sets[list.pool] = new + 1 end
    end
    if later then return nil end
    task.waiting = gathering(plan, list)
    if spec == ALL_DEFAULTS then plan.plain = task.waiting end
  end

  -- The unfinished task that has its dedup key, if any.
  local function holder_of(root, plan, task)
    local holder = plan.dedups[task.dedup]
    if holder == nil then
      holder = redis.call('HGET', root .. 'dedup', task.dedup)
      -- Whatever left a key behind must not keep all later tasks of it out.
      if holder and redis.call('EXISTS', key_of.spec(root, holder)) == 0 then holder = false end
    end
    return holder and holder ~= task.id and holder or nil
  end

  -- Returns a refusal (DEADLINEPASSED, SWARMFULL, QUEUEFULL, QUEUEDRAINING, CAPABILITYSETS, UNKNOWNPARENT, PARENTTOODEEP,
  -- UNKNOWNDEPENDENCY); or nil and the unfinished task that has the dedup key, if any.
  -- Notes what it lets pass, so that the next one is looked at as if this one were in.
  check_submit = function(effects, plan, task)
    local root = effects.root
    local holder = task.dedup ~= '' and holder_of(root, plan, task)
    if holder then return nil, holder end
    task.run_at = task.when ~= '' and run_at_of(task.when, effects.now) or nil
    local refusal = task.spec ~= ALL_DEFAULTS and check_header(effects, task)
    if refusal then return refusal end
    if plan.room and plan.room <= 0 then return 'SWARMFULL' end
    if task.joined ~= '' then
      local unknown = depend.check(root, task)
      if unknown then return 'UNKNOWNDEPENDENCY ' .. unknown end
    end
    refusal = check_list(effects, plan, task, task.joined ~= '' or task.run_at)
      or effects.swarm.ruled and check_rules(effects, plan, task)
    if refusal then return refusal end
    if task.dedup ~= '' then plan.dedups[task.dedup] = task.id end
    if plan.room then plan.room = plan.room - 1 end
  end
end

-- Writes to whom a task was assigned.
local function apply_pin(effects, task)
  local agent = string.sub(task.pin, 2)
  redis.call('HSET', key_of.state(effects.root, task.id), 'un', task.pin)
  note(effects, 'task.assigned\tt' .. task.id .. '\tq' .. queue_of(task.spec) .. '\ta' .. agent)
end

local apply_submit
do
  -- What there is to know of a task of nothing but defaults that is ready at once.
  local PLAIN = { queue = QUEUE_DEFAULT }

  local function schedule(effects, id, run_at)
    redis.call('ZADD', effects.root .. 'scheduled', int(run_at), id)
    return 'scheduled'
  end

  local function gather(task)
    local elements = task.waiting.elements
    elements[#elements + 1] = task.id
  end

  -- Notes in its state what goes beyond the usual, and returns it as it moves.
  local function note_more(effects, task, queue)
    local id, spec = task.id, task.spec
    local key, flags = key_of.state(effects.root, id), flags_of(spec)
    if task.dedup ~= '' then
      redis.call('HSET', effects.root .. 'dedup', task.dedup, id)
      redis.call('HSET', key, 'dd', '1')
    end
    if task.shares_budget and not flagged.has(flags, 'b') then flags = (flags or '') .. 'b' end
    if task.pin and not flagged.has(flags, 'p') then flags = (flags or '') .. 'p' end
    if flags then redis.call('HSET', key, 'fl', flags) end
    if task.pin then apply_pin(effects, task) end
    if task.depth then redis.call('HSET', key, 'dp', int(task.depth)) end
    return { id = id, key = key, queue = queue, spec = spec, flags = flags, pin = task.pin, entry = 0 }
  end

  -- Returns where a task stands that waits for others or never will be; nil where it waits for none.
  local function wait_for_others(effects, task, submitted)
    submitted.depends_on, submitted.retention = task.depends_on, task.spec.r or RETENTION_MS_DEFAULT
    submitted.has_dedup = task.dedup ~= ''
    note_task(effects, 'task.submitted', task.id, submitted.queue, nil, 'blocked', 0)
    local status = depend.enter(effects, submitted)
    if not status and not effects.quiet then table.remove(effects.events) end
    return status
  end

  -- Into a ready list with others of this call, or alone where there is more to it.
  local function make_ready(effects, plan, task, submitted)
    local spec = task.spec
    if spec.k or spec.f or effects.swarm.fair then
      enter_ready(effects, submitted, spec, 0, false)
      return
    end
    if not task.waiting or task.pin or spec.g then
      task.waiting = gathering(plan, entry_list(effects, submitted, spec))
    end
    gather(task)
  end

  local function apply_more(effects, plan, task, queue)
    local submitted = note_more(effects, task, queue)
    local status = task.depends_on and wait_for_others(effects, task, submitted)
    if status then return status end
    status = task.run_at and schedule(effects, task.id, task.run_at) or 'ready'
    moved(effects, submitted, 'new', status)
    note_task(effects, 'task.submitted', task.id, queue, nil, status, 0)
    if status == 'ready' then make_ready(effects, plan, task, submitted) end
    return task.depends_on and status
  end

  -- Writes a task that was let pass; `push_submits` has to follow the last one. Returns where one stands that depends on
  -- others.
  apply_submit = function(effects, plan, task)
    local root, id, run_at, stamps = effects.root, task.id, task.run_at, precise(effects.now)
    if run_at then stamps = stamps .. ',' .. int(run_at) end
    if not redis.call('SET', key_of.spec(root, id), stamps .. ' ' .. task.header .. '\n' .. task.rest, 'NX') then
      -- It came before, and was assigned then.
      if task.pin then task.pin = redis.call('HGET', key_of.state(root, id), 'un') end
      return task.depends_on and stand(root, id).status
    end
    if task.spec ~= ALL_DEFAULTS or task.dedup ~= '' or task.depends_on or run_at or effects.swarm.fair then
      return apply_more(effects, plan, task, queue_of(task.spec))
    end
    gather(task)
    moved(effects, PLAIN, 'new', 'ready')
    note_task(effects, 'task.submitted', id, QUEUE_DEFAULT, nil, 'ready', 0)
  end
end

-- Takes a task in that was let pass. Returns what is said of it: more than its id where its queue says how often it may be
-- tried, it was assigned to an agent, or it depends on others.
local function submitted_line(effects, plan, task)
  local status = apply_submit(effects, plan, task)
  local agent = task.spec.s and pinned_to(task.spec, task.pin)
  if not (task.ruled or agent or status) then return 'ok ' .. task.id end
  return table.concat({ 'ok', task.id, task.ruled and int(task.spec.a) or '-', agent or '-', status or '-' }, ' ')
end

local function push_submits(root, plan)
  for _, waiting in pairs(plan.lists) do
    if #waiting.elements > 0 then push_ready(root, waiting.list, waiting.elements, false) end
  end
end
