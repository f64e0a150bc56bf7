-- The index of ready tasks: a list for each priority of a queue. Tasks that not everybody
-- may claim stand in lists of their own, one for each priority and set of required
-- capabilities, in the pool of their queue or, when pinned, in that of the agent
-- (`queue@agent`); the sorted set `c:<pool>` names the lists that hold something, in the
-- order in which they are to be served, the sorted set `p:<queue>` the agents whose pools do.
--
-- An element is the task's id, with `.<entry>` behind it once the task has entered a list
-- before: an element whose entry is not the task's current one is a tombstone. Where keys take
-- turns `~<key>` ends it: see turns.lua.

local function element_of(id, entry)
  if entry == 0 then return id end
  return id .. '.' .. entry
end

-- Returns id, entry, and the key whose turn it has, if any.
local function split_element(element)
  if #element == 36 then return element, 0 end
  local tilde = string.find(element, '~', 37, true)
  local entry = tonumber((string.sub(element, 38, tilde and tilde - 1))) or 0
  return string.sub(element, 1, 36), entry, tilde and string.sub(element, tilde + 1)
end

local function ready_list(root, spec, pin)
  local queue, priority = queue_of(spec), spec.p or PRIORITY_DEFAULT
  local agent = pinned_to(spec, pin)
  if not spec.c and not agent then return { key = key_of.ready(root, queue, priority), queue = queue } end
  local pool = agent and (queue .. '@' .. agent) or queue
  local member = priority .. '/' .. (spec.c or '')
  return { key = key_of.special(root, pool, member), queue = queue, pool = pool, member = member, agent = agent }
end

-- Whether what is pinned to an agent is anybody's: it is lost, or was deleted and has not come back. One that never
-- came is waited for.
local function is_lost(root, agent)
  return redis.call('HGET', key_of.agent(root, agent), 'lo') == '1' or redis.call('ZSCORE', root .. 'former', agent) ~= false
end

-- The list a task enters now.
local function entry_list(effects, task, spec)
  local root, pin = effects.root, task.pin
  local agent = pinned_to(spec, pin)
  if agent and is_lost(root, agent) then
    pin = '1'
    index.pin(effects, task.id, 'ready', agent, nil)
    redis.call('HSET', key_of.state(root, task.id), 'un', pin)
  end
  return ready_list(root, spec, pin)
end

-- The names of a pool's lists that hold something, in the order of the pool.
local function lists_of_pool(root, pool, from, to)
  local names = redis.call('ZRANGE', key_of.specials(root, pool), int(from), int(to))
  for at, member in ipairs(names) do names[at] = string.sub(member, 38) end
  return names
end

-- What is known of a queue's own special lists outlives a call: which of them hold something, and what their members in
-- `c:<queue>` were last. The field `lists` of the queue changes with the former, and never comes back to a number that it
-- had: what is known holds as long as the number is the same. The latter is but a hint.
local known_lists = {}
do
  -- Names that are known of all queues together, as long as the library is loaded.
  local KEPT = 20000
  local known, kept = {}, 0

  local function read(root, queue, number)
    local one = { number = number, names = {}, count = 0, hints = {}, suited = {}, plain = {} }
    for _, member in ipairs(redis.call('ZRANGE', key_of.specials(root, queue), '0', '-1')) do
      local name = string.sub(member, 38)
      one.names[name], one.hints[name], one.count = true, member, one.count + 1
    end
    for priority = PRIORITY_MAX, 0, -1 do one.plain[#one.plain + 1] = key_of.ready(root, queue, priority) end
    kept = kept + #one.plain + one.count
    return one
  end

  -- Names that somebody keeps with what is known of a queue.
  function known_lists.keep(count) kept = kept + count end

  -- What is known, to be asked for once in a call: it is kept up to date until its end.
  --   number  what the field says now
  --   names   as a set; count: how many; hints: their members, by name; plain: the keys of the lists for everybody
  --   suited  what take_special.lua has found out
  function known_lists.of(root, queue, number)
    local key = key_of.specials(root, queue)
    if kept >= KEPT then known, kept = {}, 0 end
    local one = known[key]
    if not one or one.number ~= number then
      one = read(root, queue, number)
      known[key] = one
    end
    return one
  end

  -- A list has begun to hold something, or holds nothing any more.
  function known_lists.change(root, key, list, is_there)
    local counts, one = key_of.queue(root, list.queue), known[key]
    local number = redis.call('HINCRBY', counts, 'lists', '1')
    local before = number - 1
    if before == 0 then
      -- The queue is new, or was forgotten and comes back: it counts from the time, so that no number is said twice.
      local time = redis.call('TIME')
      number = redis.call('HINCRBY', counts, 'lists', int(time[1] * 1000000 + time[2]))
    end
    if one and one.number == before then
      one.number, one.suited, one.count = number, {}, one.count + (is_there and 1 or -1)
      one.names[list.member], one.hints[list.member] = is_there or nil, nil
    end
  end

  function known_lists.hint(key, list, member)
    local one = known[key]
    if one then one.hints[list.member] = member end
  end
end

local rank
do
  local function counter_of(list)
    return list.pool == list.queue and 'classes' or 'pins'
  end

  -- A special list in the order of its pool: the highest priority first, and within it the one with the eldest head. The
  -- score is how far its priority is from the highest, and equal scores stand in the order of the heads' ids.
  local function member_of(list, head) return string.sub(head, 1, 36) .. ' ' .. list.member end

  -- To be called after the head of a special list may have changed, come or gone; `before` is what it was, nil for none.
  rank = function(root, list, before)
    if not list.pool then return end
    local head = redis.call('LINDEX', list.key, '0') or nil
    if head == before then return end
    local key, counts = key_of.specials(root, list.pool), key_of.queue(root, list.queue)
    if before then redis.call('ZREM', key, member_of(list, before)) end
    local member = head and member_of(list, head)
    if head then redis.call('ZADD', key, int(PRIORITY_MAX - string.match(list.member, '^%d+')), member) end
    if not list.agent and not (head and before) then known_lists.change(root, key, list, head ~= nil) end
    if not list.agent and head then known_lists.hint(key, list, member) end
    if not before then
      redis.call('HINCRBY', counts, counter_of(list), '1')
      if list.agent then
        redis.call('ZADD', key_of.pinned(root, list.queue), '0', list.agent)
        redis.call('SADD', key_of.adoption(root, list.agent), list.queue)
      end
    elseif not head then
      redis.call('HINCRBY', counts, counter_of(list), '-1')
      if list.agent and redis.call('EXISTS', key) == 0 then
        redis.call('ZREM', key_of.pinned(root, list.queue), list.agent)
        redis.call('SREM', key_of.adoption(root, list.agent), list.queue)
      end
    end
  end
end

-- Puts elements at the end of a list, or at its front those that had been taken before.
local function push_ready(root, list, elements, front)
  local length = redis.call(front and 'LPUSH' or 'RPUSH', list.key, unpack(elements))
  if length == #elements then
    rank(root, list, nil)
    wake(root, 'r', list.queue)
  elseif front and list.pool then
    rank(root, list, redis.call('LINDEX', list.key, int(#elements)))
  end
end

local function is_dead(root, element)
  local id, entry = split_element(element)
  local s = redis.call('HMGET', key_of.state(root, id), 'st', 'en')
  if tonumber(s[2] or 0) ~= entry or (s[1] and s[1] ~= 'ready') then return true end
  return not s[1] and redis.call('EXISTS', key_of.spec(root, id)) == 0
end
