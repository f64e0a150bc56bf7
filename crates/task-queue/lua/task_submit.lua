-- task_submit: takes tasks in.
--
-- keys    root of the swarm
-- args    idempotency key ('' for none), digest of the body,
--         then for each task: id, when ('' now, '+ms' after a delay, 'ms' at a time), header, dedup key, rest of the spec
-- returns { replayed (0|1), now, item, … }; an item is a line: `ok <id>` (taken in), `dup <id>` (the unfinished task
--         that has the dedup key) or `CAPABILITYSETS <id>`
-- fails   SWARMNOTFOUND, IDEMPOTENCYMISMATCH
-- promise a task whose id is known already is not taken in twice; all tasks of a call stand or none

local function submit_one(root, counts, lists, now, id, when, header, dedup, rest)
  local spec = header == '{}' and {} or cjson.decode(header)
  local list = ready_list(root, spec)
  if dedup ~= '' then
    local holder = redis.call('HGET', root .. 'dedup', dedup)
    if holder and holder ~= id then return 'dup ' .. holder end
  end
  if list.pool and not lists[list.key] and redis.call('EXISTS', list.key) == 0 then
    local sets = redis.call('SCARD', specials_key(root, list.pool)) + (lists.new[list.pool] or 0)
    if sets >= CAPABILITY_SETS then return 'CAPABILITYSETS ' .. id end
  end
  local run_at = nil
  if string.sub(when, 1, 1) == '+' then
    run_at = now + tonumber(string.sub(when, 2))
  elseif when ~= '' and tonumber(when) > now then
    run_at = tonumber(when)
  end
  local stamps = int(now)
  if run_at then stamps = stamps .. ',' .. int(run_at) end
  if not redis.call('SET', spec_key(root, id), stamps .. ' ' .. header .. '\n' .. rest, 'NX') then return 'ok ' .. id end
  if dedup ~= '' then
    redis.call('HSET', root .. 'dedup', dedup, id)
    redis.call('HSET', state_key(root, id), 'dd', '1')
  end
  if run_at then
    redis.call('ZADD', root .. 'scheduled', int(run_at), id)
    tally(counts, list.queue, 'new', 'scheduled')
  else
    local waiting = lists[list.key]
    if not waiting then
      waiting = { list = list, elements = {} }
      lists[list.key] = waiting
      if list.pool then lists.new[list.pool] = (lists.new[list.pool] or 0) + 1 end
    end
    waiting.elements[#waiting.elements + 1] = id
    tally(counts, list.queue, 'new', 'ready')
  end
  return 'ok ' .. id
end

-- A refusal that may not last is not remembered.
local function any_taken(reply)
  for at = 3, #reply do
    if string.sub(reply[at], 1, 3) == 'ok ' or string.sub(reply[at], 1, 4) == 'dup ' then return true end
  end
  return #reply == 2
end

local function task_submit(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  local remembered = args[1] ~= '' and root .. 'i:' .. args[1] or nil
  if remembered then
    local before = redis.call('GET', remembered)
    if before then
      if string.sub(before, 1, #args[2]) ~= args[2] then
        return redis.error_reply('IDEMPOTENCYMISMATCH the key was used with another body')
      end
      local reply = cmsgpack.unpack(string.sub(before, #args[2] + 1))
      reply[1] = 1
      return reply
    end
  end
  local now = now_ms(root)
  local reply, counts, lists = { 0, now }, new_tally(), { new = {} }
  for at = 3, #args, 5 do
    reply[#reply + 1] = submit_one(root, counts, lists, now, args[at], args[at + 1], args[at + 2], args[at + 3], args[at + 4])
  end
  lists.new = nil
  for _, waiting in pairs(lists) do push_ready(root, waiting.list, waiting.elements, false) end
  write_tally(root, counts)
  if remembered and any_taken(reply) then
    redis.call('SET', remembered, args[2] .. cmsgpack.pack(reply), 'PX', int(IDEMPOTENCY_MS))
  end
  return reply
end

register('task_submit', task_submit, {})
