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
  return { lists = {}, new_sets = {}, dedups = {}, room = room_for_tasks(root, swarm) }
end

-- Returns a refusal, SWARMFULL, CAPABILITYSETS, UNKNOWNPARENT or UNKNOWNDEPENDENCY; or nil and the unfinished task that has the dedup key, if any.
-- Notes what it lets pass, so that the next one is looked at as if this one were in.
local function check_submit(effects, plan, task)
  local root = effects.root
  if task.dedup ~= '' then
    local holder = plan.dedups[task.dedup]
    if holder == nil then holder = redis.call('HGET', root .. 'dedup', task.dedup) end
    if holder and holder ~= task.id then return nil, holder end
  end
  if plan.room and plan.room <= 0 then return 'SWARMFULL' end
  if task.joined ~= '' or task.spec.o then
    local unknown = depend.check(root, task)
    if unknown == 'parent' then return 'UNKNOWNPARENT' end
    if unknown then return 'UNKNOWNDEPENDENCY ' .. unknown end
  end
  local later = task.joined ~= '' or run_at_of(task.when, effects.now)
  local list = ready_list(root, task.spec, false)
  if list.pool and not plan.lists[list.key] and redis.call('EXISTS', list.key) == 0 then
    local new = plan.new_sets[list.pool] or 0
    if redis.call('SCARD', key_of.specials(root, list.pool)) + new >= CAPABILITY_SETS then return 'CAPABILITYSETS' end
    if not later then plan.new_sets[list.pool] = new + 1 end
  end
  if not later then
    plan.lists[list.key] = plan.lists[list.key] or { list = list, elements = {} }
  end
  if task.dedup ~= '' then plan.dedups[task.dedup] = task.id end
  if plan.room then plan.room = plan.room - 1 end
end

-- Writes a task that was let pass; `push_submits` has to follow the last one. Returns where one stands that depends on
-- others.
local function apply_submit(effects, plan, task)
  local root, id, queue = effects.root, task.id, queue_of(task.spec)
  local run_at, stamps = run_at_of(task.when, effects.now), precise(effects.now)
  if run_at then stamps = stamps .. ',' .. int(run_at) end
  if not redis.call('SET', key_of.spec(root, id), stamps .. ' ' .. task.header .. '\n' .. task.rest, 'NX') then
    return task.depends_on and stand(root, id).status
  end
  if task.dedup ~= '' then
    redis.call('HSET', root .. 'dedup', task.dedup, id)
    redis.call('HSET', key_of.state(root, id), 'dd', '1')
  end
  local flags = flags_of(task.spec)
  if flags then redis.call('HSET', key_of.state(root, id), 'fl', flags) end
  local submitted = { id = id, key = key_of.state(root, id), queue = queue, spec = task.spec, flags = flags }
  if task.depends_on then
    submitted.depends_on, submitted.retention = task.depends_on, task.spec.r or RETENTION_MS_DEFAULT
    submitted.has_dedup = task.dedup ~= ''
    note_task(effects, 'task.submitted', id, queue, nil, 'blocked', 0)
    local status = depend.enter(effects, submitted)
    if status then return status end
    if not effects.quiet then table.remove(effects.events) end
  end
  if run_at then
    redis.call('ZADD', root .. 'scheduled', int(run_at), id)
    moved(effects, submitted, 'new', 'scheduled')
    note_task(effects, 'task.submitted', id, queue, nil, 'scheduled', 0)
    return task.depends_on and 'scheduled'
  end
  local list = entry_list(root, { id = id }, task.spec)
  local waiting = plan.lists[list.key]
  if not waiting then
    waiting = { list = list, elements = {} }
    plan.lists[list.key] = waiting
  end
  waiting.elements[#waiting.elements + 1] = id
  moved(effects, submitted, 'new', 'ready')
  note_task(effects, 'task.submitted', id, queue, nil, 'ready', 0)
  return task.depends_on and 'ready'
end

-- What is answered of a task that was let pass; of one that depends on others also where it stands.
local function submitted_line(effects, plan, task)
  local status = apply_submit(effects, plan, task)
  return status and 'ok ' .. task.id .. ' ' .. status or 'ok ' .. task.id
end

local function push_submits(root, plan)
  for _, waiting in pairs(plan.lists) do
    if #waiting.elements > 0 then push_ready(root, waiting.list, waiting.elements, false) end
  end
end
