-- transaction_apply: applies operations on tasks, messages and state, all or none.
--
-- keys    root of the swarm
-- args    idempotency key ('' for none), digest of the body, task and token of the lease the state is written under
--         ('' and the writer, or '', for none), number of conditions, the conditions, the operations; each is a letter and its arguments:
--         s key version      the state key has this version; 0: it does not exist
--         t id status        the task stands so
--         l id token         the task is held under this token
--         c, f, r outcome (see task_settle); n task (see task_submit); m message (see message_send)
--         p key frame ttl; d key; i key by: see state_put, state_delete, state_increment
-- returns { replayed (0|1), now, agent of the lease or '-', result, … }: what task_settle, task_submit, message_send and
--         the functions of the state return of each operation; or, when one cannot hold and nothing was changed,
--         { 0, now, '', `if` or `ops` or `lease`, place from 0, refusal }: LEASELOST <attempt>, NOTFOUND,
--         CONDITIONUNMET <status>, VERSIONMISMATCH <version>, STATENOTFOUND, STATEFULL, NOTANUMBER, CAPABILITYSETS,
--         SWARMFULL, QUEUEFULL, QUEUEDRAINING, DEADLINEPASSED, UNKNOWNPARENT, PARENTTOODEEP,
--         UNKNOWNDEPENDENCY <place from 0>, AGENTNOTFOUND, SENDERNOTFOUND, INBOXFULL <agent>, TOOMANYRECIPIENTS
-- fails   SWARMNOTFOUND, IDEMPOTENCYMISMATCH
-- promise everything is looked at before anything is written; an operation is looked at as if those before it had been
--         applied; an attempt that has ended is no more ended a second time, so neither is what goes with it

local function check_held(effects, plan, id, token)
  if plan.settled[id] then return 'LEASELOST ' .. int(plan.settled[id].attempt) end
  local task, refusal = held(effects.root, id, token, effects.now, nil)
  return refusal, task
end

-- Whether the task is over once its attempt has ended so: it leaves room, and its deduplication key.
local function ends_task(effects, kind, task, wait)
  if kind == 'c' or task.cancel then return true end
  return kind == 'f' and is_final(read_header(effects.root, task.id), task, wait)
end

-- Its holder has room for one more then, unless it is given back to be ready for that one alone.
local function note_freed(effects, kind, task, wait)
  if not task.agent then return end
  local stays_its = kind == 'r' and not task.cancel and tonumber(wait) == 0
    and pinned_to(read_header(effects.root, task.id), task.pin) == task.agent
  if not stays_its then assign.freed(effects, task.agent) end
end

-- Width 6: id, token, value, wait, random, usage.
local function settling(kind)
  return {
    width = 6,
    check = function(effects, plan, op)
      local refusal, task = check_held(effects, plan, op[1], op[2])
      if refusal then return refusal end
      plan.settled[op[1]], op.task = task, task
      note_freed(effects, kind, task, op[4])
      if not ends_task(effects, kind, task, op[4]) then return end
      if plan.submits.room then plan.submits.room = plan.submits.room + 1 end
      if task.has_dedup then plan.submits.dedups[read_header(effects.root, task.id).d] = false end
    end,
    apply = function(effects, plan, op)
      -- An operation before this one may have made others depend on it.
      op.task.flags = redis.call('HGET', op.task.key, 'fl') or nil
      return settle_held(effects, kind, op.task, op[3], op[4], op[5], op[6])
    end,
  }
end

local OPERATIONS = {
  c = settling('c'), f = settling('f'), r = settling('r'),
  n = {
    width = SUBMIT_ARGS,
    check = function(effects, plan, op)
      op.task = read_submit(op, 1)
      local refusal, holder = check_submit(effects, plan.submits, op.task)
      op.holder = holder
      return refusal
    end,
    apply = function(effects, plan, op)
      if op.holder then return 'dup ' .. op.holder end
      return submitted_line(effects, plan.submits, op.task)
    end,
  },
  m = {
    width = SEND_ARGS,
    check = function(effects, plan, op)
      op.message = read_send(op, 1)
      return check_send(effects, plan.sends, op.message)
    end,
    apply = function(effects, plan, op) return sent_line(op.message, apply_send(effects, plan.sends, op.message)) end,
  },
  p = {
    width = 3,
    check = function(effects, plan, op) return check_state_put(effects, plan.state, op[1], op[2], '', '') end,
    apply = function(effects, plan, op)
      return apply_state_put(effects, plan.state, op[1], op[2], op[3], plan.writer)
    end,
  },
  d = {
    width = 1,
    check = function(effects, plan, op) return check_state_delete(effects, plan.state, op[1], '', '') end,
    apply = function(effects, plan, op) return apply_state_delete(effects, plan.state, op[1], plan.writer) end,
  },
  i = {
    width = 2,
    check = function(effects, plan, op)
      local refusal, sum = check_increment(effects, plan.state, op[1], op[2], '', '')
      op.sum = sum
      return refusal
    end,
    apply = function(effects, plan, op)
      return { apply_state_put(effects, plan.state, op[1], op.sum, 'keep', plan.writer), op.sum }
    end,
  },
}

local CONDITIONS = {
  s = function(effects, plan, key, version)
    if version == '0' then return check_state_version(effects, plan.state, key, '', '*') end
    return check_state_version(effects, plan.state, key, ',' .. version .. ',', '')
  end,
  t = function(effects, plan, id, status)
    local task = stand(effects.root, id)
    if not task then return 'NOTFOUND' end
    if task.status ~= status then return 'CONDITIONUNMET ' .. task.status end
  end,
  l = function(effects, plan, id, token) return (check_held(effects, plan, id, token)) end,
}
local CONDITION_ARGS = 3

local function read_operations(args, at)
  local ops = {}
  while args[at] do
    local kind = OPERATIONS[args[at]]
    ops[#ops + 1] = { kind = kind, unpack(args, at + 1, at + kind.width) }
    at = at + 1 + kind.width
  end
  return ops
end

-- Returns where it cannot hold, and why.
local function check_all(effects, plan, args, conditions, ops)
  for n = 0, conditions - 1 do
    local at = 6 + n * CONDITION_ARGS
    local refusal = CONDITIONS[args[at]](effects, plan, args[at + 1], args[at + 2])
    if refusal then return 'if', n, refusal end
  end
  for n, op in ipairs(ops) do
    local refusal = op.kind.check(effects, plan, op)
    if refusal then return 'ops', n - 1, refusal end
  end
end

local function transaction_apply(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local reply, refusal = replay(root, args[1], args[2])
  if reply or refusal then return reply or refusal end
  local now, conditions = now_ms(root), tonumber(args[5])
  local effects = new_effects(root, swarm, now)
  local plan = { settled = {}, submits = new_submits(root, swarm), sends = new_sends(), state = new_state_plan() }
  refusal, plan.writer = check_writer(effects, args[3], args[4])
  if refusal then return { 0, now, '', 'lease', 0, refusal } end
  local ops = read_operations(args, 6 + conditions * CONDITION_ARGS)
  local part, index, why = check_all(effects, plan, args, conditions, ops)
  if part then return { 0, now, '', part, index, why } end
  reply = { 0, now, plan.writer }
  for _, op in ipairs(ops) do reply[#reply + 1] = op.kind.apply(effects, plan, op) end
  push_submits(root, plan.submits)
  push_sends(root, plan.sends)
  push_state(root, plan.state)
  write_effects(effects)
  keep_reply(root, args[1], args[2], reply)
  return reply
end

register('transaction_apply', transaction_apply, {})
-- For operations that only end attempts and delete keys: they go on where memory is full, as the calls for each do.
register('transaction_apply_freeing', transaction_apply, { 'allow-oom' })
