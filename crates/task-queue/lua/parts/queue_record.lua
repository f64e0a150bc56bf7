-- A queue as it is answered: its counts, what is said of it, and since when its oldest ready task has been ready.

local queues = {}

do
  -- Lists of ready tasks that are looked at.
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
      local element = lists.range(root, key, at, at)[1]
      if not element then return nil end
      if not is_dead(root, element) then return ready_since(root, element) end
    end
  end

  -- The lists of a queue: those for everybody, for certain capabilities, for certain agents, and those that wait.
  local function lists_of(root, queue, count)
    local keys = {}
    if (count.classes or 0) == 0 then keys = plain_keys(root, queue) end
    for _, pool in ipairs(lists.pools(root, queue)) do
      if pool ~= queue or #keys == 0 then
        for _, list in ipairs(lists.of_pool(root, pool)) do keys[#keys + 1] = list.key end
      end
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
    local keys = lists_of(root, queue, count)
    local looked = math.min(#keys, LISTS)
    for at = 1, looked do
      local since = oldest_of_list(root, keys[at])
      if since and (not oldest or since < oldest) then oldest = since end
    end
    return oldest, looked
  end

  -- Returns { name, its arrows { name, count, … } and what is said of it, since when its oldest ready task has been ready
  -- ('' where none is) }, and how many lists were looked at.
  function queues.record(root, queue)
    local flat = redis.call('HGETALL', key_of.queue(root, queue))
    local oldest, looked = oldest_of(root, queue, flat)
    return { queue, flat, oldest and int(oldest) or '' }, looked
  end
end
