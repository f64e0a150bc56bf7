-- Keeps agents in order: who is silent is lost, what was pinned to the lost is everybody's, and who stays away is
-- forgotten. Adopted tasks go to the front of their new list, in their order: they have waited for somebody who does
-- not come.

local tend_agents
do
  -- Lost agents that one call looks at.
  local ABSENT_A_CALL = 100
  -- Messages of one inbox that one call drops.
  local DROPPED_A_CALL = 500
  -- Queues of one agent, and lists of one queue, that one call looks at.
  local POOLS_A_CALL = 16
  -- A lost agent that still holds a task is looked at again after this time.
  local HOLDS_MS = 60000

  -- The clock was set, and an agent is there for as long as it would have been.
  local function stay(root, name, until_ms)
    redis.call('HSET', key_of.agent(root, name), 'xp', int(until_ms))
    redis.call('ZADD', root .. 'alive', int(until_ms), name)
  end

  local function lose_silent(effects, n)
    local root, now = effects.root, effects.now
    clock.move_back(root, 'alive', now, n, function(name, until_ms, back)
      local seen = tonumber(redis.call('HGET', key_of.agent(root, name), 'ls'))
      if clock.is_of_before(root, until_ms, seen, now) then stay(root, name, until_ms - back) end
    end)
    local silent = redis.call('ZRANGEBYSCORE', root .. 'alive', '-inf', int(now), 'WITHSCORES', 'LIMIT', '0', int(n))
    for at = 1, #silent, 2 do
      local name = silent[at]
      local until_ms = clock.end_of(root, tonumber(silent[at + 1]), nil, name)
      if until_ms > now then
        stay(root, name, until_ms)
      else
        be_lost(root, name, now)
        note(effects, 'agent.lost\ta' .. name)
        wake(root, 'd', name)
      end
    end
    return #silent / 2
  end

  -- Returns how many elements were looked at, at most n.
  local function adopt_list(effects, from, n)
    local root = effects.root
    local head = redis.call('LINDEX', from.key, '0') or nil
    local elements = redis.call('RPOP', from.key, int(n)) or {}
    rank(root, from, head)
    for _, element in ipairs(elements) do
      head = redis.call('LINDEX', from.key, '0') or nil
      left_list(root, from, element, head)
      if not is_dead(root, element) then
        local id, entry = split_element(element)
        redis.call('HSET', key_of.state(root, id), 'un', '1')
        index.pin(effects, id, 'ready', from.agent, nil)
        local task = stand(root, id)
        enter_list(effects, task, task.spec, entry, true)
      end
    end
    return #elements
  end

  local function adopt_queue(effects, name, queue, n)
    local root = effects.root
    local pool, done = queue .. '@' .. name, 0
    local members = lists_of_pool(root, pool, 0, POOLS_A_CALL - 1)
    if #members == 0 then redis.call('SREM', key_of.adoption(root, name), queue) end
    for _, member in ipairs(members) do
      if done >= n then break end
      local from = { key = key_of.special(root, pool, member), queue = queue, pool = pool, member = member, agent = name }
      done = done + 1 + adopt_list(effects, from, n - done)
    end
    return done
  end

  -- Returns how much was done, and whether nothing is pinned to the agent any more.
  local function adopt(effects, name, n)
    local root, done = effects.root, 0
    for _, queue in ipairs(redis.call('SRANDMEMBER', key_of.adoption(root, name), int(POOLS_A_CALL))) do
      if done >= n then return done, false end
      done = done + 1 + adopt_queue(effects, name, queue, n - done)
    end
    return done, redis.call('EXISTS', key_of.adoption(root, name)) == 0
  end

  local function look_again(root, name, at)
    redis.call('ZADD', root .. 'absent', int(at), name)
  end

  -- A lost agent to which nothing is pinned any more is forgotten when its time is over. Returns what that took.
  local function forget_if_over(effects, name, expired)
    local root, now = effects.root, effects.now
    local held = key_of.held_by(root, name)
    if now < expired + AGENT_FORGET_MS then
      look_again(root, name, expired + AGENT_FORGET_MS)
    elseif redis.call('HLEN', held) > redis.call('HEXISTS', held, 'w') then
      look_again(root, name, now + HOLDS_MS)
    else
      local messages = redis.call('ZCARD', key_of.inbox(root, name))
      if drop_inbox(root, name, DROPPED_A_CALL) == 0 then forget_agent(effects, name) end
      return 1 + math.min(messages, DROPPED_A_CALL)
    end
    return 1
  end

  local function tend_absent(effects, name, n)
    local root = effects.root
    local a = redis.call('HMGET', key_of.agent(root, name), 'tt', 'lo', 'xp')
    if a[1] and a[2] ~= '1' then
      redis.call('ZREM', root .. 'absent', name)
      return 1
    end
    local done, adopted = adopt(effects, name, n)
    if not adopted then return done + 1 end
    if a[1] then return done + forget_if_over(effects, name, tonumber(a[3])) end
    redis.call('ZREM', root .. 'absent', name)
    return done + 1
  end

  local function first_score(root, key)
    return tonumber(redis.call('ZRANGE', root .. key, '0', '0', 'WITHSCORES')[2])
  end

  -- Returns how many things were done, about n at most, and when the next one is due.
  tend_agents = function(effects, n)
    local root = effects.root
    local done = lose_silent(effects, n)
    local due = redis.call('ZRANGEBYSCORE', root .. 'absent', '-inf', int(effects.now), 'LIMIT', '0',
      int(ABSENT_A_CALL))
    for _, name in ipairs(due) do
      if done >= n then break end
      done = done + tend_absent(effects, name, n - done)
    end
    local silent, absent = first_score(root, 'alive'), first_score(root, 'absent')
    return math.min(done, n), silent and absent and math.min(silent, absent) or silent or absent
  end
end
