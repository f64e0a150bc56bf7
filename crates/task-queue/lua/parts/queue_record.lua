-- A queue as it is answered: its counts, what is said of it, and since when its oldest ready task has been ready.

local queues = {}

do
  -- Questions that one look may take: at one of its lists for a start, at a task two more.
  local ASKED = 1500
  -- Tombstones at the front of a list that are stepped over.
  local HEAD = 16
  local STAMPS = '40'

  -- nil where the task is not ready. One that became ready again says when; of one restored from a snapshot its stamps are
  -- what is known.
  local function ready_since(root, id, entry)
    local s = redis.call('HMGET', key_of.state(root, id), 'st', 'en', 'ry', 'ra', 'sa')
    if (s[1] and s[1] ~= 'ready') or (entry and tonumber(s[2] or 0) ~= entry) then return nil end
    if s[3] then return math.floor(tonumber(s[3])) end
    local created, run_at = string.match(redis.call('GETRANGE', key_of.spec(root, id), '0', STAMPS), '^(%d+)[.%d]*,?(%d*) ')
    return created and math.max(tonumber(created), tonumber(run_at) or 0, tonumber(s[4] or 0), tonumber(s[5] or 0))
  end

  local function oldest_of_list(root, look, key)
    for at = 0, HEAD - 1 do
      look.asked = look.asked + 1
      local element = lists.range(root, key, at, at)[1]
      if not element then return nil end
      look.asked = look.asked + 2
      local id, entry = split_element(element)
      local since = ready_since(root, id, entry)
      if since then return since end
    end
  end

  local function note(look, since)
    if since and (not look.oldest or since < look.oldest) then look.oldest = since end
  end

  -- Special lists are told with their heads.
  local function look_at_special(root, look, pool)
    look.asked = look.asked + 1
    for _, member in ipairs(redis.call('ZRANGE', key_of.specials(root, pool), '0', '-1')) do
      if look.asked >= ASKED then return end
      look.asked = look.asked + 2
      local since = ready_since(root, string.sub(member, 1, 36), nil)
      note(look, since or oldest_of_list(root, look, key_of.special(root, pool, string.sub(member, 38))))
    end
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

  -- Since when the oldest ready task has been ready, and how many questions that took: the lists for everybody, for certain
  -- capabilities, for certain agents, and those that wait.
  local function look_at(root, queue, flat)
    local look, count = { asked = 0, oldest = nil }, count_of(flat)
    if count.ready <= 0 then return look end
    for _, key in ipairs(plain_keys(root, queue)) do note(look, oldest_of_list(root, look, key)) end
    if (count.classes or 0) > 0 then look_at_special(root, look, queue) end
    for _, pool in ipairs(lists.pools(root, queue)) do
      if look.asked >= ASKED then break end
      if string.find(pool, '+', 1, true) then
        note(look, oldest_of_list(root, look, lists.of_pool(root, pool)[1].key))
      elseif pool ~= queue then
        look_at_special(root, look, pool)
      end
    end
    return look
  end

  -- Returns { name, its arrows { name, count, … } and what is said of it, since when its oldest ready task has been ready
  -- ('' where none is) }, and how many questions that took.
  function queues.record(root, queue)
    local flat = redis.call('HGETALL', key_of.queue(root, queue))
    local look = look_at(root, queue, flat)
    return { queue, flat, look.oldest and int(look.oldest) or '' }, look.asked
  end
end
