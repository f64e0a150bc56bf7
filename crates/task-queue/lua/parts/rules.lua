-- What is said of a queue: the field `rules` of its hash, JSON of
--   d tasks that may wait  c tasks that may run at once  k tasks of one concurrency key that may run at once
--   r { tasks, milliseconds } that may be handed out  x 1 paused  e 1 drains: takes nothing in
--   l lease  a attempts  b backoff  t retention, for tasks that do not say so themselves
-- Beside it `tat` is the time of the rate, `turned` says that a claimer was turned away for want of a slot, and `lists` is the
-- number of ready.lua by which it is known whether what is known of the queue's lists still holds.

-- Nobody may change it.
local NO_RULES = {}

local function rules_of(effects, queue)
  if not effects.swarm.ruled then return NO_RULES end
  local rules = effects.rules or {}
  effects.rules = rules
  local known = rules[queue]
  if not known then
    local text = redis.call('HGET', key_of.queue(effects.root, queue), 'rules')
    known = text and cjson.decode(text) or NO_RULES
    rules[queue] = known
  end
  return known
end

-- Writes what is said of a queue from now on, nothing where that is empty; who was turned away looks again.
local function say_of_queue(effects, queue, rules)
  local root, key = effects.root, key_of.queue(effects.root, queue)
  local said = rules_of(effects, queue)
  local before = said ~= NO_RULES and 1 or 0
  local now = next(rules) and 1 or 0
  if now == 1 then redis.call('HSET', key, 'rules', cjson.encode(rules)) else redis.call('HDEL', key, 'rules') end
  local same_rate = rules.r and said.r and rules.r[1] == said.r[1] and rules.r[2] == said.r[2]
  redis.call('HDEL', key, 'turned', same_rate and 'turned' or 'tat')
  if now ~= before and redis.call('HINCRBY', root .. 'swarm', 'ruled', int(now - before)) == 0 then
    redis.call('HDEL', root .. 'swarm', 'ruled')
  end
  if redis.call('EXISTS', key) == 1 then
    redis.call('ZADD', root .. 'queues', '0', queue)
  else
    redis.call('ZREM', root .. 'queues', queue)
  end
  effects.swarm.ruled, effects.rules = true, { [queue] = rules }
  note(effects, 'queue.changed\tq' .. queue)
  wake(root, 'r', queue)
end

-- The lists of a queue whose ready tasks wait for something besides a claimer: for the turn of their fairness key, or
-- for a slot of their concurrency key. The sorted set `wl:<queue>` has their names.
local function note_waiting(root, queue, key)
  redis.call('ZADD', key_of.parking(root, queue), '0', string.sub(key, #root + 1))
end

local function note_if_over(root, queue, key)
  if redis.call('EXISTS', key) == 0 then redis.call('ZREM', key_of.parking(root, queue), string.sub(key, #root + 1)) end
end

-- Wakes those who were turned away from a queue in which a slot is free again.
local function wake_turned(effects)
  for queue, arrows in pairs(effects.counts) do
    for arrow in pairs(arrows) do
      if string.sub(arrow, 1, 8) == 'running>' then
        if redis.call('HDEL', key_of.queue(effects.root, queue), 'turned') == 1 then wake(effects.root, 'r', queue) end
        break
      end
    end
  end
end
