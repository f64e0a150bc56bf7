-- The index of ready tasks: a list for each priority of a queue. Tasks that not everybody
-- may claim stand in lists of their own, one for each priority and set of required
-- capabilities, in the pool of their queue or, when pinned, in that of the agent
-- (`queue@agent`); the set `c:<pool>` names the lists that hold something,
-- the sorted set `p:<queue>` the agents whose pools do.
--
-- An element is the task's id, with `.<entry>` behind it once the task has entered a list
-- before: an element whose entry is not the task's current one is a tombstone.

local function element_of(id, entry)
  if entry == 0 then return id end
  return id .. '.' .. entry
end

local function split_element(element)
  if #element == 36 then return element, 0 end
  return string.sub(element, 1, 36), tonumber(string.sub(element, 38))
end

-- Whom a task is pinned to: the agent its spec names, unless `pin`, the field `un` of its state, says otherwise: `@agent`
-- it was assigned to, or `1` anybody, since its agent was lost.
local function pinned_to(spec, pin)
  if not pin then return spec.g end
  return pin ~= '1' and string.sub(pin, 2) or nil
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
local function entry_list(root, task, spec)
  local pin = task.pin
  local agent = pinned_to(spec, pin)
  if agent and is_lost(root, agent) then
    pin = '1'
    redis.call('HSET', key_of.state(root, task.id), 'un', pin)
  end
  return ready_list(root, spec, pin)
end

local function counter_of(list)
  return list.pool == list.queue and 'classes' or 'pins'
end

-- Puts elements at the end of a list, or at its front those that had been taken before.
local function push_ready(root, list, elements, front)
  local length = redis.call(front and 'LPUSH' or 'RPUSH', list.key, unpack(elements))
  if length ~= #elements then return end
  if list.pool then
    redis.call('SADD', key_of.specials(root, list.pool), list.member)
    redis.call('HINCRBY', key_of.queue(root, list.queue), counter_of(list), '1')
    if list.agent then
      redis.call('ZADD', key_of.pinned(root, list.queue), '0', list.agent)
      redis.call('SADD', key_of.adoption(root, list.agent), list.queue)
    end
  end
  wake(root, 'r', list.queue)
end

-- To be called after elements left a special list.
local function note_if_emptied(root, list)
  if not list.pool or redis.call('EXISTS', list.key) == 1 then return end
  redis.call('SREM', key_of.specials(root, list.pool), list.member)
  redis.call('HINCRBY', key_of.queue(root, list.queue), counter_of(list), '-1')
  if list.agent and redis.call('EXISTS', key_of.specials(root, list.pool)) == 0 then
    redis.call('ZREM', key_of.pinned(root, list.queue), list.agent)
    redis.call('SREM', key_of.adoption(root, list.agent), list.queue)
  end
end

local function is_dead(root, element)
  local id, entry = split_element(element)
  local s = redis.call('HMGET', key_of.state(root, id), 'st', 'en')
  if tonumber(s[2] or 0) ~= entry or (s[1] and s[1] ~= 'ready') then return true end
  return not s[1] and redis.call('EXISTS', key_of.spec(root, id)) == 0
end

-- Puts a task into its list: at the end, or at the front when it had been taken before.
local function enter_ready(effects, task, spec, entry, front)
  push_ready(effects.root, entry_list(effects.root, task, spec), { element_of(task.id, entry) }, front)
end

local remove_ready
do
  local TOMBSTONE_SEARCH = '1000'
  -- Tombstones that have come to stand at an end of their list.
  local TRIM = 16

  local function trim(root, list)
    for side, pop in pairs({ ['0'] = 'LPOP', ['-1'] = 'RPOP' }) do
      for _ = 1, TRIM do
        local element = redis.call('LINDEX', list.key, side)
        if not element or not is_dead(root, element) then break end
        redis.call(pop, list.key)
      end
    end
  end

  -- Takes a task out of its list where it stands near either end; further inside its element
  -- is left as a tombstone: no search without a bound. A claim steps over it, and a cancel takes away those that have come to
  -- stand at an end.
  remove_ready = function(root, list, element)
    if redis.call('LPOS', list.key, element, 'MAXLEN', TOMBSTONE_SEARCH) then
      redis.call('LREM', list.key, 1, element)
    elseif redis.call('LPOS', list.key, element, 'RANK', -1, 'MAXLEN', TOMBSTONE_SEARCH) then
      redis.call('LREM', list.key, -1, element)
    end
    trim(root, list)
    note_if_emptied(root, list)
  end
end
