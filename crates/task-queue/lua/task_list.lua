-- task_list: reads a stretch of one state's tasks, the newest first within each list.
--
-- keys    root of the swarm
-- args    status, queue ('' for all), tasks wanted, tasks looked at, where to go on ('' at the start)
-- returns { where to go on ('' at the end), record, … }
-- fails   SWARMNOTFOUND
-- promise looks at no more tasks than asked; a task that stands where it stood is not left out because others came,
--         or were claimed

local POOLS_A_CALL = 20
-- Bytes of records one call returns, one record over.
local LIST_BYTES = 4 * 1024 * 1024

local function add(reply, record)
  reply[#reply + 1] = record
  reply.bytes = (reply.bytes or 0) + #record[2] + #(record[4] or '') + #(record[5] or '')
end

local function is_full(reply, want)
  return #reply > want or (reply.bytes or 0) >= LIST_BYTES
end

local function wanted_record(root, id, status, queue)
  local task = stand(root, id)
  if not task or task.status ~= status or (queue ~= '' and task.queue ~= queue) then return false end
  return read_record(root, id)
end

-- States kept in a sorted set. Goes on behind `<score> <id>`: by rank, or by score once that task is gone.
local function list_sorted(root, key, status, queue, want, look, after, reply)
  local score, id = string.match(after, '^(%S+) (%S+)$')
  local rank = id and redis.call('ZREVRANK', key, id)
  local found
  if rank then
    found = redis.call('ZREVRANGE', key, rank + 1, rank + look, 'WITHSCORES')
  else
    found = redis.call('ZREVRANGEBYSCORE', key, score or '+inf', '-inf', 'WITHSCORES', 'LIMIT', 0, look)
  end
  for at = 1, #found, 2 do
    if is_full(reply, want) then return end
    local record = wanted_record(root, found[at], status, queue)
    if record then add(reply, record) end
    reply[1] = found[at + 1] .. ' ' .. found[at]
  end
  if #found < look * 2 and not is_full(reply, want) then reply[1] = '' end
end

-- A pool is a queue, or `queue@agent` where tasks are pinned.
local function lists_of_pool(root, queue, pool)
  local names = {}
  for priority = PRIORITY_MAX, 0, -1 do
    if pool == queue then names[#names + 1] = key_of.ready(root, queue, priority) end
  end
  local special = redis.call('SMEMBERS', key_of.specials(root, pool))
  table.sort(special)
  for _, member in ipairs(special) do names[#names + 1] = key_of.special(root, pool, member) end
  return names
end

local function following(root, key, name)
  return redis.call('ZRANGEBYLEX', key, name == '' and '-' or '(' .. name, '+', 'LIMIT', 0, 1)[1]
end

-- The pool behind `pool`; with a queue named, only pools of that queue.
local function following_pool(root, pool, only)
  local queue, agent = string.match(pool, '^([^@]*)@?(.*)$')
  local pinned = queue ~= '' and following(root, key_of.pinned(root, queue), agent)
  if pinned then return queue .. '@' .. pinned end
  return only == '' and following(root, root .. 'queues', queue) or nil
end

-- How far an element is searched from where it stood: towards the end of the list because later ones left, away from
-- it because others came.
local SHIFT_LEFT, SHIFT_CAME = 1000, 4000

-- How many elements from the end lie behind us. The last one looked at tells: the list may have changed since. Where it
-- is gone the list begins anew, since tasks that were seen may be shown twice, but none may be left out.
local function offset_behind(root, list, offset, last)
  if offset == 0 then return 0 end
  local nearest = math.max(0, offset - SHIFT_LEFT)
  local window = redis.call('LRANGE', list, int(-offset - SHIFT_CAME), int(-nearest - 1))
  for at = #window, 1, -1 do
    if window[at] == last then return nearest + #window - at + 1 end
  end
  return 0
end

-- Returns how many elements were looked at, and the last of them.
local function list_one(root, list, look, offset, want, reply)
  local elements = redis.call('LRANGE', list, int(-offset - look), int(-offset - 1))
  local looked, last = 0, '-'
  for at = #elements, 1, -1 do
    if is_full(reply, want) then break end
    looked, last = looked + 1, elements[at]
    local id, entry = split_element(last)
    local task = stand(root, id)
    if task and task.status == 'ready' and task.entry == entry then add(reply, read_record(root, id)) end
  end
  return looked, last
end

-- The list a cursor names, or where that is gone the one behind it: special lists stand in the order of their names.
local function list_number(root, lists, name)
  if name == '-' then return 1 end
  for number, list in ipairs(lists) do
    if string.sub(list, #root + 1) == name then return number end
  end
  for number = PRIORITY_MAX + 2, #lists do
    if string.sub(lists[number], #root + 1) > name then return number end
  end
  return #lists + 1
end

-- Ready tasks stand in lists. Goes on at `<pool> <list> <elements behind us> <the last of them>`.
local function list_ready(root, only, want, look, after, reply)
  local pool, name, offset, last = string.match(after, '^(%S+) (%S+) (%d+) (%S+)$')
  pool = pool or (only ~= '' and only or following_pool(root, '', only))
  name, offset = name or '-', tonumber(offset or 0)
  local pools = 0
  while pool do
    local lists = lists_of_pool(root, string.match(pool, '^[^@]*'), pool)
    for number = list_number(root, lists, name), #lists do
      offset = offset_behind(root, lists[number], offset, last)
      local looked
      looked, last = list_one(root, lists[number], look, offset, want, reply)
      offset, look = offset + looked, look - looked
      if is_full(reply, want) or look <= 0 then
        reply[1] = table.concat({ pool, string.sub(lists[number], #root + 1), int(offset), last }, ' ')
        return
      end
      offset = 0
    end
    pools, name, pool = pools + 1, '-', following_pool(root, pool, only)
    if pool and pools >= POOLS_A_CALL then
      reply[1] = pool .. ' - 0 -'
      return
    end
  end
  reply[1] = ''
end

local SORTED = { running = 'leases', scheduled = 'scheduled', blocked = 'blocked' }

local function task_list(keys, args)
  local root, status, queue, want, look, after = keys[1], args[1], args[2], tonumber(args[3]), tonumber(args[4]), args[5]
  if not swarm_exists(root) then return swarm_not_found() end
  local reply = { '' }
  if status == 'ready' then
    list_ready(root, queue, want, look, after, reply)
  else
    local key = SORTED[status] and root .. SORTED[status] or key_of.finished(root, status)
    list_sorted(root, key, status, queue, want, look, after, reply)
  end
  return reply
end

register('task_list', task_list, { 'no-writes' })
