-- task_list: reads a stretch of one state's tasks, the newest first within each list.
--
-- keys    root of the swarm
-- args    status, queue ('' for all), tasks wanted, tasks looked at, where to go on ('' at the start)
-- returns { where to go on ('' at the end), record, … }
-- fails   SWARMNOTFOUND
-- promise looks at no more tasks than asked; a task that stands where it stood is not left out because others came,
--         or were claimed

local POOLS_A_CALL = 20

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
    if #reply > want then return end
    local record = wanted_record(root, found[at], status, queue)
    if record then reply[#reply + 1] = record end
    reply[1] = found[at + 1] .. ' ' .. found[at]
  end
  if #found < look * 2 and #reply <= want then reply[1] = '' end
end

-- A pool is a queue, or `queue@agent` where tasks are pinned.
local function lists_of_pool(root, queue, pool)
  local names = {}
  for priority = PRIORITY_MAX, 0, -1 do
    if pool == queue then names[#names + 1] = ready_key(root, queue, priority) end
  end
  local special = redis.call('SMEMBERS', specials_key(root, pool))
  table.sort(special)
  for _, member in ipairs(special) do names[#names + 1] = special_key(root, pool, member) end
  return names
end

local function following(root, key, name)
  return redis.call('ZRANGEBYLEX', key, name == '' and '-' or '(' .. name, '+', 'LIMIT', 0, 1)[1]
end

-- The pool behind `pool`; with a queue named, only pools of that queue.
local function following_pool(root, pool, only)
  local queue, agent = string.match(pool, '^([^@]*)@?(.*)$')
  local pinned = queue ~= '' and following(root, pinned_key(root, queue), agent)
  if pinned then return queue .. '@' .. pinned end
  return only == '' and following(root, root .. 'queues', queue) or nil
end

local function list_one(root, list, look, offset, want, reply)
  local elements = redis.call('LRANGE', list, -offset - look, -offset - 1)
  local looked = 0
  for at = #elements, 1, -1 do
    if #reply > want then break end
    looked = looked + 1
    local id, entry = split_element(elements[at])
    local task = stand(root, id)
    if task and task.status == 'ready' and task.entry == entry then reply[#reply + 1] = read_record(root, id) end
  end
  return looked
end

-- Ready tasks stand in lists. Goes on at `<pool> <number of the list> <how many from its end are behind us>`.
local function list_ready(root, only, want, look, after, reply)
  local pool, number, offset = string.match(after, '^(%S+) (%d+) (%d+)$')
  pool = pool or (only ~= '' and only or following_pool(root, '', only))
  number, offset = tonumber(number or 1), tonumber(offset or 0)
  local pools = 0
  while pool do
    local lists = lists_of_pool(root, string.match(pool, '^[^@]*'), pool)
    while number <= #lists do
      local looked = list_one(root, lists[number], look, offset, want, reply)
      offset, look = offset + looked, look - looked
      if #reply > want or look <= 0 then
        reply[1] = pool .. ' ' .. number .. ' ' .. offset
        return
      end
      number, offset = number + 1, 0
    end
    pools, number, pool = pools + 1, 1, following_pool(root, pool, only)
    if pool and pools >= POOLS_A_CALL then
      reply[1] = pool .. ' 1 0'
      return
    end
  end
  reply[1] = ''
end

local SORTED = { running = 'leases', scheduled = 'scheduled' }

local function task_list(keys, args)
  local root, status, queue, want, look, after = keys[1], args[1], args[2], tonumber(args[3]), tonumber(args[4]), args[5]
  if not swarm_exists(root) then return swarm_not_found() end
  local reply = { '' }
  if status == 'ready' then
    list_ready(root, queue, want, look, after, reply)
  else
    local key = SORTED[status] and root .. SORTED[status] or finished_key(root, status)
    list_sorted(root, key, status, queue, want, look, after, reply)
  end
  return reply
end

register('task_list', task_list, { 'no-writes' })
