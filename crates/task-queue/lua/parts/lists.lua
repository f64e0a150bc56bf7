-- The lists in which ready tasks stand, one place to go through them: a list has key, queue, pool and member where it is
-- a special one, and the agent where its tasks are pinned.

local lists = {}
do
  -- Agents a look at the pools of a queue goes through.
  local AGENTS = 1000

  -- A pool is a queue, or `queue@agent` where tasks are pinned. Its lists: the highest priority first, then the
  -- special ones in the order of their names.
  function lists.of_pool(root, pool)
    local queue, agent = string.match(pool, '^([^@]*)@?(.*)$')
    local found = {}
    if agent == '' then
      agent = nil
      for priority = PRIORITY_MAX, 0, -1 do
        found[#found + 1] = { key = key_of.ready(root, queue, priority), queue = queue }
      end
    end
    local special = redis.call('SMEMBERS', key_of.specials(root, pool))
    table.sort(special)
    for _, member in ipairs(special) do
      found[#found + 1] = { key = key_of.special(root, pool, member), queue = queue, pool = pool, member = member, agent = agent }
    end
    return found
  end

  -- The pools of a queue: its own, and those of agents.
  function lists.pools(root, queue)
    local pools = { queue }
    for _, agent in ipairs(redis.call('ZRANGE', key_of.pinned(root, queue), '0', int(AGENTS - 1))) do
      pools[#pools + 1] = queue .. '@' .. agent
    end
    return pools
  end

  -- Takes tasks off the end of a list, the newest first, `each` of those that still stand there: they have to be moved
  -- on in the same call. What has left the list before goes without a word. Returns how many were taken off.
  function lists.pop(root, list, count, each)
    local elements = redis.call('RPOP', list.key, int(count)) or {}
    for _, element in ipairs(elements) do
      local id, entry = split_element(element)
      local task = stand(root, id)
      if task and task.status == 'ready' and task.entry == entry then
        task.is_taken = true
        each(task)
      end
    end
    note_if_emptied(root, list)
    return #elements
  end
end
