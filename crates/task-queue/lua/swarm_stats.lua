-- swarm_stats: counts a swarm's agents and tasks, a stretch of its queues at a time.
--
-- keys    root of the swarm
-- args    queue after which to begin ('' for the start), queues at most
-- returns { queue after which to go on ('' at the end), now, created_at or false, since when it has been handing tasks out
--         (0 from its beginning, '' while it is paused), agents, those that are not lost, those of them that drain,
--         { tasks submitted or false, completed or false }, samples, then for each queue: name, its arrows
--         { name, count, … }, since when its oldest ready task has been ready ('' where none is) }
-- fails   SWARMNOTFOUND
-- promise changes nothing; looks at no more than LISTS lists of ready tasks, and at those of one queue at least

local LISTS = 1000
-- Tombstones at the front of a list that are stepped over.
local HEAD = 16
local STAMPS = '40'

-- One that became ready again says when; of one restored from a snapshot its stamps are what is known.
local function ready_since(root, element)
  local id = split_element(element)
  local s = redis.call('HMGET', key_of.state(root, id), 'ry', 'ra', 'sa')
  if s[1] then return math.floor(tonumber(s[1])) end
  local created, run_at = string.match(redis.call('GETRANGE', key_of.spec(root, id), '0', STAMPS), '^(%d+)[.%d]*,?(%d*) ')
  return math.max(tonumber(created), tonumber(run_at) or 0, tonumber(s[2] or 0), tonumber(s[3] or 0))
end

local function oldest_of_list(root, key)
  for at = 0, HEAD - 1 do
    local element = redis.call('LINDEX', key, int(at))
    if not element then return nil end
    if not is_dead(root, element) then return ready_since(root, element) end
  end
end

-- The lists of a queue: those for everybody, for certain capabilities, and for certain agents.
local function lists_of(root, queue, count)
  local pools = (count.pins or 0) > 0 and lists.pools(root, queue) or { queue }
  if (count.classes or 0) == 0 and #pools == 1 then return plain_keys(root, queue) end
  local keys = {}
  for _, pool in ipairs(pools) do
    for _, list in ipairs(lists.of_pool(root, pool)) do keys[#keys + 1] = list.key end
  end
  return keys
end

local function count_of(flat)
  local count = { ready = 0 }
  for at = 1, #flat, 2 do
    local field, times = flat[at], tonumber(flat[at + 1])
    local from, to = string.match(field, '^(.-)>(.*)$')
    if to == 'ready' then count.ready = count.ready + times end
    if from == 'ready' then count.ready = count.ready - times end
    if not from then count[field] = times end
  end
  return count
end

-- Returns since when the oldest ready task has been ready, and how many lists were looked at.
local function oldest_of(root, queue, flat)
  local count, oldest = count_of(flat), nil
  if count.ready <= 0 then return nil, 0 end
  local lists = lists_of(root, queue, count)
  local looked = math.min(#lists, LISTS)
  for at = 1, looked do
    local since = oldest_of_list(root, lists[at])
    if since and (not oldest or since < oldest) then oldest = since end
  end
  return oldest, looked
end

local function swarm_stats(keys, args)
  local root, after, most = keys[1], args[1], tonumber(args[2])
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local queues = redis.call('ZRANGEBYLEX', root .. 'queues', after == '' and '-' or '(' .. after, '+', 'LIMIT', '0', int(most))
  local reply = {
    '', int(now_ms(root)), redis.call('HGET', root .. 'swarm', 'created_at'),
    swarm.paused and '' or int(swarm.resumed),
    redis.call('ZCARD', root .. 'agents'), redis.call('ZCARD', root .. 'alive'), redis.call('SCARD', root .. 'draining'),
    redis.call('HMGET', root .. 'totals', 'submitted', 'completed'), redis.call('LRANGE', root .. 'samples', '0', '-1'),
  }
  local left = LISTS
  for at, queue in ipairs(queues) do
    local flat = redis.call('HGETALL', key_of.queue(root, queue))
    local oldest, looked = oldest_of(root, queue, flat)
    for _, told in ipairs({ queue, flat, oldest and int(oldest) or '' }) do reply[#reply + 1] = told end
    left = left - looked
    if at == most or (left <= 0 and at < #queues) then
      reply[1] = queue
      break
    end
  end
  return reply
end

register('swarm_stats', swarm_stats, { 'no-writes' })
