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

  -- Those who wait for a slot stand in a sorted set.
  local function element_at(root, key, at)
    if string.sub(key, #root + 1, #root + 3) == 'pk:' then return redis.call('ZRANGE', key, int(at), int(at))[1] end
    return redis.call('LINDEX', key, int(at))
  end

  local function oldest_of_list(root, key)
    for at = 0, HEAD - 1 do
      local element = element_at(root, key, at)
      if not element then return nil end
      if not is_dead(root, element) then return ready_since(root, element) end
    end
  end

  local function add_pool(root, keys, pool)
    for _, member in ipairs(lists_of_pool(root, pool, 0, -1)) do
      keys[#keys + 1] = key_of.special(root, pool, member)
    end
  end

  -- The lists of a queue: those for everybody, for certain capabilities, and for certain agents.
  local function lists_of(root, queue, count)
    local keys = plain_keys(root, queue)
    if (count.classes or 0) > 0 then add_pool(root, keys, queue) end
    if (count.pins or 0) > 0 then
      for _, agent in ipairs(redis.call('ZRANGE', key_of.pinned(root, queue), '0', int(LISTS))) do
        add_pool(root, keys, queue .. '@' .. agent)
      end
    end
    for _, name in ipairs(redis.call('ZRANGE', key_of.waiting(root, queue), '0', int(LISTS))) do
      keys[#keys + 1] = root .. name
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

  -- Returns { name, its arrows { name, count, … } and what is said of it, since when its oldest ready task has been ready
  -- ('' where none is) }, and how many lists were looked at.
  function queues.record(root, queue)
    local flat = redis.call('HGETALL', key_of.queue(root, queue))
    local oldest, looked = oldest_of(root, queue, flat)
    return { queue, flat, oldest and int(oldest) or '' }, looked
  end
end
