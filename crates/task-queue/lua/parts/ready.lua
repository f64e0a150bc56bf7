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

local function counter_of(list)
  return list.pool == list.queue and 'classes' or 'pins'
end

-- A special list in the order of its pool: the highest priority first, and within it the one with the eldest head. The
-- score is how far its priority is from the highest, and equal scores stand in the order of the heads' ids.
local function member_of(list, head) return string.sub(head, 1, 36) .. ' ' .. list.member end

-- The names of a pool's lists that hold something, in that order.
local function lists_of_pool(root, pool, from, to)
  local names = redis.call('ZRANGE', key_of.specials(root, pool), int(from), int(to))
  for at, member in ipairs(names) do names[at] = string.sub(member, 38) end
  return names
end

-- To be called after the head of a special list may have changed, come or gone; `before` is what it was, nil for none.
local function rank(root, list, before)
  if not list.pool then return end
  local head = redis.call('LINDEX', list.key, '0') or nil
  if head == before then return end
  local key, counts = key_of.specials(root, list.pool), key_of.queue(root, list.queue)
  if before then redis.call('ZREM', key, member_of(list, before)) end
  if head then redis.call('ZADD', key, int(PRIORITY_MAX - string.match(list.member, '^%d+')), member_of(list, head)) end
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
