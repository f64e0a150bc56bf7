-- snapshot_write: writes records of a snapshot into a swarm that is being restored.
--
-- keys    root of the swarm
-- args    the word of the restore, then records, each a letter and what belongs to it:
--         t id, stamps, header, rest of the spec, header without the deduplication key ('' where it has none),
--           status, score in the index of that status ('' for ready), how many fields, field, value, …, outcome, progress,
--           how many attempts, attempt (task_attempts), …, frame of what it asked a person ('' for nothing), how many sums
--           of usage, field, sum, …, ids of the tasks that it depends on joined by commas ('' where it has finished)
--         a name, lost (0|1), how many fields, field, value, …, how many topics, topic, …
--         f name of a former agent, time of its end
--         m id, message
--         i agent, number, member, message's id, when it expires
--         d deleted state key, version
--         s state key, version, when it expires (0 for never), text
--         v last version of the state
--         q queue, what is said of it (parts/rules.lua)
--         c schedule, what is said of it, when it is due ('' for never), how many fields, field, value, …
-- returns how many were written; what is there already is not written again
-- fails   SWARMNOTFOUND
-- promise a call that is repeated does no harm; what is written is in its indexes and counts, ready tasks in a staging
--         place of their list (snapshot_finish)

local write = {}

-- Takes fields and values that begin with their number; returns them and where to go on.
local function read_counted(args, at, width)
  local last = at + tonumber(args[at]) * width
  local fields = {}
  for from = at + 1, last do fields[#fields + 1] = args[from] end
  return fields, last + 1
end

-- keyed: whether the task is one of a key, and enters by itself
local function stage(root, list, id, keyed)
  local name = string.sub(list.key, #root + 1)
  redis.call('ZADD', staging_key(root, name), '0', id)
  if keyed then list.keyed = true end
  redis.call(keyed and 'HSET' or 'HSETNX', root .. 'staged', name, cmsgpack.pack(list))
end

local FINISHED = { completed = true, failed = true, cancelled = true }

-- Enters a task into the index of its state.
local function enter(effects, task, score)
  local root = effects.root
  moved(effects, task, 'new', task.status)
  if task.status == 'ready' then
    return stage(root, entry_list(effects, task, task.spec), task.id, task.spec.k or task.spec.f)
  end
  if task.status == 'blocked' then return end
  if task.status == 'scheduled' then return redis.call('ZADD', root .. 'scheduled', score, task.id) end
  if task.status == 'input_required' then return redis.call('ZADD', root .. 'asking', score, task.id) end
  redis.call('ZADD', key_of.finished(root, task.status), score, task.id)
  effects.totals[task.status] = (effects.totals[task.status] or 0) + 1
end

-- What it depends on may be written later, or not at all: snapshot_finish looks.
local function await(effects, task, joined, score)
  local root, pending = effects.root, 0
  for id in string.gmatch(joined, '[^,]+') do
    pending = pending + 1
    redis.call('RPUSH', key_of.waiting(root, id), task.id)
    redis.call('ZADD', staging_key(root, AWAITED), '0', id)
  end
  if task.status ~= 'blocked' then return end
  task.key = key_of.state(root, task.id)
  depend.block(effects, task, pending)
  redis.call('ZADD', root .. 'blocked', score, task.id)
end

-- Two unfinished tasks may have one key where the first finished while the snapshot was made: one of them keeps it.
local function header_of(root, task, header, bare)
  if bare == '' or FINISHED[task.status] then return header, bare ~= '' end
  if redis.call('HSETNX', root .. 'dedup', cjson.decode(header).d, task.id) == 1 then return header, true end
  return bare, false
end

-- What only tasks with certain flags have.
local function write_flagged(root, task, input, sums)
  local stored = { key = key_of.state(root, task.id) }
  for letter in string.gmatch(flags_of(task.spec) or '', '.') do flagged.add(stored, letter) end
  if task.pin then flagged.add(stored, 'p') end
  if input ~= '' then
    flagged.add(stored, 'q')
    redis.call('SET', key_of.input(root, task.id), input)
  end
  if #sums == 0 then return end
  flagged.add(stored, 'u')
  redis.call('HSET', key_of.usage(root, task.id), unpack(sums))
  local own = redis.call('HMGET', key_of.usage(root, task.id), 't', 'u', 'w')
  used.of_queue(root, queue_of(task.spec), { own[1] or '0', own[2] or '0', own[3] or '0' })
end

function write.t(effects, args, at)
  local root, id, status, score = effects.root, args[at], args[at + 5], args[at + 6]
  local fields, past = read_counted(args, at + 7, 2)
  local kept, behind = read_counted(args, past + 2, 1)
  local sums, following = read_counted(args, behind + 1, 2)
  if redis.call('EXISTS', key_of.spec(root, id)) == 1 then return following + 1, 0 end
  local task = { id = id, key = key_of.state(root, id), status = status }
  local header, has_dedup = header_of(root, task, args[at + 2], args[at + 4])
  task.spec = header == '{}' and ALL_DEFAULTS or cjson.decode(header)
  redis.call('SET', key_of.spec(root, id), args[at + 1] .. ' ' .. header .. '\n' .. args[at + 3])
  if has_dedup then
    fields[#fields + 1] = 'dd'
    fields[#fields + 1] = '1'
  end
  task.queue = queue_of(task.spec)
  if #fields > 0 then redis.call('HSET', task.key, unpack(fields)) end
  task.pin = redis.call('HGET', task.key, 'un')
  if args[past] ~= '' then redis.call('SET', key_of.outcome(root, id), args[past]) end
  if args[past + 1] ~= '' then redis.call('SET', key_of.progress(root, id), args[past + 1]) end
  if #kept > 0 then redis.call('RPUSH', key_of.attempts(root, id), unpack(kept)) end
  write_flagged(root, task, args[behind], sums)
  task.flags = redis.call('HGET', task.key, 'fl') or nil
  enter(effects, task, score)
  if args[following] ~= '' then await(effects, task, args[following], score) end
  return following + 1, 1
end

-- An agent that was not lost has its time to live from now on to show up.
function write.a(effects, args, at)
  local root, name, lost = effects.root, args[at], args[at + 1] == '1'
  local fields, past = read_counted(args, at + 2, 2)
  local topics, following = read_counted(args, past, 1)
  local key = key_of.agent(root, name)
  redis.call('HSET', key, unpack(fields))
  local until_ms = int(effects.now + (lost and 0 or tonumber(redis.call('HGET', key, 'tt'))))
  redis.call('HSET', key, 'xp', until_ms)
  redis.call('ZADD', root .. 'agents', '0', name)
  redis.call('ZREM', root .. 'former', name)
  if lost then
    redis.call('ZADD', root .. 'absent', until_ms, name)
  else
    redis.call('ZADD', root .. 'alive', until_ms, name)
    if redis.call('HGET', key, 'dr') == '1' then redis.call('SADD', root .. 'draining', name) end
  end
  for _, topic in ipairs(topics) do
    redis.call('SADD', key_of.subscriptions(root, name), topic)
    redis.call('SADD', key_of.subscribers(root, topic), name)
  end
  return following, 1
end

function write.f(effects, args, at)
  redis.call('ZADD', effects.root .. 'former', args[at + 1], args[at])
  return at + 2, 1
end

function write.m(effects, args, at)
  redis.call('SET', key_of.message(effects.root, args[at]), args[at + 1])
  return at + 2, 1
end

function write.i(effects, args, at)
  local root, agent, seq, member, id, expires = effects.root, args[at], args[at + 1], args[at + 2], args[at + 3], args[at + 4]
  local added = redis.call('ZADD', key_of.inbox(root, agent), 'NX', seq, member)
  if added == 1 and member ~= id then redis.call('INCR', key_of.sharers(root, id)) end
  redis.call('ZADD', root .. 'mail', expires, id .. ' ' .. agent)
  return at + 5, added
end

function write.d(effects, args, at)
  redis.call('ZADD', effects.root .. 'deleted', args[at + 1], args[at])
  redis.call('ZADD', effects.root .. 'versions', args[at + 1], args[at])
  return at + 2, 1
end

-- Deleted keys come first: one that is there was made again while the snapshot was made.
function write.s(effects, args, at)
  local root, key, version, expires = effects.root, args[at], args[at + 1], args[at + 2]
  redis.call('SET', root .. 'v:' .. key, args[at + 3])
  redis.call('ZADD', root .. 'statekeys', '0', key)
  redis.call('ZADD', root .. 'versions', version, key)
  redis.call('ZREM', root .. 'deleted', key)
  if expires ~= '0' then redis.call('ZADD', root .. 'expiring', expires, key) end
  return at + 4, 1
end

function write.v(effects, args, at)
  local key = effects.root .. 'sv'
  if tonumber(redis.call('GET', key) or 0) < tonumber(args[at]) then redis.call('SET', key, args[at]) end
  return at + 1, 1
end

function write.q(effects, args, at)
  local root, queue = effects.root, args[at]
  if redis.call('HSETNX', key_of.queue(root, queue), 'rules', args[at + 1]) == 0 then return at + 2, 0 end
  redis.call('ZADD', root .. 'queues', '0', queue)
  redis.call('HINCRBY', root .. 'swarm', 'ruled', '1')
  return at + 2, 1
end

function write.c(effects, args, at)
  local root, name, due = effects.root, args[at], args[at + 2]
  local fields, past = read_counted(args, at + 3, 2)
  redis.call('HSET', root .. 'schedules', name, args[at + 1])
  redis.call('HSET', key_of.schedule(root, name), unpack(fields))
  if due ~= '' then redis.call('ZADD', root .. 'fires', due, name) end
  return past, 1
end

-- A restored task that has finished has ended as well; that it was submitted is counted with its arrow.
local function write_totals(root, totals)
  for status, count in pairs(totals) do
    redis.call('HINCRBY', root .. 'totals', status, int(count))
  end
end

local function snapshot_write(keys, args)
  local root = keys[1]
  local now = now_ms(root)
  if not restoring(root, args[1], now) then return swarm_not_found() end
  local effects = new_effects(root, { quiet = true, followed_until = 0 }, now)
  effects.totals = {}
  local at, written, one = 2, 0, nil
  while at <= #args do
    at, one = write[args[at]](effects, args, at + 1)
    written = written + one
  end
  write_effects(effects)
  write_totals(root, effects.totals)
  return written
end

register('snapshot_write', snapshot_write, {})
