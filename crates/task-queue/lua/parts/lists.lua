-- The lists in which ready tasks stand, one place to go through them: a list has key and queue, pool and member where it
-- is a special one, the agent where its tasks are pinned, and `waits` where they wait for a turn or a slot.

local lists = {}
do
  -- Agents a look at the pools of a queue goes through, and lists in which tasks wait.
  local AGENTS, WAITING = 1000, 100

  -- A pool is a queue, `queue@agent` where tasks are pinned, or `queue+list` for one list in which tasks wait. Its lists:
  -- the highest priority first, then the special ones in the order of their names.
  function lists.of_pool(root, pool)
    local queue, kind, rest = string.match(pool, '^([^@+]*)([@+]?)(.*)$')
    if kind == '+' then return { { key = root .. rest, queue = queue, waits = true } } end
    local found, agent = {}, kind == '@' and rest or nil
    if not agent then
      for priority = PRIORITY_MAX, 0, -1 do
        found[#found + 1] = { key = key_of.ready(root, queue, priority), queue = queue }
      end
    end
    local special = lists_of_pool(root, pool, 0, -1)
    table.sort(special)
    for _, member in ipairs(special) do
      found[#found + 1] = { key = key_of.special(root, pool, member), queue = queue, pool = pool, member = member, agent = agent }
    end
    return found
  end

  -- The pools of a queue: its own, those of agents, and the lists in which tasks wait.
  function lists.pools(root, queue)
    local pools = { queue }
    for _, agent in ipairs(redis.call('ZRANGE', key_of.pinned(root, queue), '0', int(AGENTS - 1))) do
      pools[#pools + 1] = queue .. '@' .. agent
    end
    for _, name in ipairs(redis.call('ZRANGE', key_of.parking(root, queue), '0', int(WAITING - 1))) do
      pools[#pools + 1] = queue .. '+' .. name
    end
    return pools
  end

  -- Those who wait for a slot stand in a sorted set.
  local function is_sorted(root, key) return string.sub(key, #root + 1, #root + 3) == 'pk:' end

  -- Elements of a list between two places, either counted from its end where it is negative.
  function lists.range(root, key, first, last)
    return redis.call(is_sorted(root, key) and 'ZRANGE' or 'LRANGE', key, int(first), int(last))
  end

  local function pop_sorted(key, count)
    local elements = redis.call('ZPOPMAX', key, int(count))
    local popped = {}
    for at = 1, #elements, 2 do popped[#popped + 1] = elements[at] end
    return popped
  end

  local function pop_ready(root, list, count)
    local head = redis.call('LINDEX', list.key, '0') or nil
    local elements = redis.call('RPOP', list.key, int(count)) or {}
    rank(root, list, head)
    for _, element in ipairs(elements) do left_list(root, list, element, redis.call('LINDEX', list.key, '0') or nil) end
    return elements
  end

  local function pop(root, list, count)
    if not list.waits then return pop_ready(root, list, count) end
    local elements = is_sorted(root, list.key) and pop_sorted(list.key, count)
      or redis.call('RPOP', list.key, int(count)) or {}
    if is_sorted(root, list.key) then
      slots.note_if_over(root, list.queue, string.match(list.key, '~(.*)$'))
    else
      note_if_over(root, list.queue, list.key)
    end
    return elements
  end

  -- Takes tasks off the end of a list, the newest first, `each` of those that still stand there: they have to be moved
  -- on in the same call. What has left the list before goes without a word. Returns how many were taken off.
  function lists.pop(root, list, count, each)
    local elements = pop(root, list, count)
    for _, element in ipairs(elements) do
      local id, entry = split_element(element)
      local task = stand(root, id)
      if task and task.status == 'ready' and task.entry == entry then
        task.is_taken = true
        each(task)
      end
    end
    return #elements
  end
end
