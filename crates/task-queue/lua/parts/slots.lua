-- Of the tasks of one concurrency key no more run at once than their queue says. The hash `kc:<queue>` counts those that
-- run, by key: a slot is taken with a lease and given back with it, in the same function, so none can be left behind. A
-- task that finds no slot when it would be handed out waits in the sorted set `pk:<queue>~<key>`, the highest priority
-- first and within it the eldest. The end of a lease lets as many of them back to the fronts of their lists as slots are
-- free. One that was let in may not be claimed for long, or never; so whoever leaves the lists otherwise lets the next one
-- in, and the sorted set `parked` names the keys that have somebody waiting, by when they were looked at last, for the
-- custodian: while slots are free it lets more in, and a claim that finds none sends them back.

local slots = {}

do
  -- Tasks of one key that are let in at a time.
  local FREED = 100

  -- Takes a slot for a task that is about to be handed out; false where there is none, and the task waits for one.
  function slots.take(effects, queue, spec, id, entry)
    local root, limit = effects.root, rules_of(effects, queue).k
    local running = redis.call('HINCRBY', key_of.slots(root, queue), spec.k, '1')
    if not limit or running <= limit then return true end
    redis.call('HINCRBY', key_of.slots(root, queue), spec.k, '-1')
    slots.park(root, queue, spec, id, entry)
    return false
  end

  -- Whether a task that is about to become ready would find no slot.
  function slots.full(effects, queue, spec)
    local limit = rules_of(effects, queue).k
    return limit and slots.running(effects.root, queue, spec.k) >= limit
  end

  function slots.park(root, queue, spec, id, entry)
    local key = key_of.parked(root, queue, spec.k)
    local score = (PRIORITY_MAX - (spec.p or PRIORITY_DEFAULT)) * AGES + made_at(id)
    redis.call('ZADD', key, int(score), element_of(id, entry))
    note_waiting(root, queue, key)
    redis.call('ZADD', root .. 'parked', 'NX', '0', queue .. '~' .. spec.k)
  end

  -- To be called when tasks have left a set of those that wait for a slot.
  function slots.note_if_over(root, queue, key)
    local parked = key_of.parked(root, queue, key)
    if redis.call('EXISTS', parked) == 1 then return end
    note_if_over(root, queue, parked)
    redis.call('ZREM', root .. 'parked', queue .. '~' .. key)
  end

  function slots.running(root, queue, key)
    return tonumber(redis.call('HGET', key_of.slots(root, queue), key) or 0)
  end

  -- Lets tasks of a key go on, as many as there are slots.
  function slots.unpark(effects, queue, key, running)
    local root, parked, freed = effects.root, key_of.parked(effects.root, queue, key), {}
    local limit = rules_of(effects, queue).k or running + FREED
    while #freed < math.min(limit - running, FREED) do
      local element = redis.call('ZPOPMIN', parked)[1]
      if not element then break end
      if not is_dead(root, element) then freed[#freed + 1] = element end
    end
    for at = #freed, 1, -1 do
      local id, entry = split_element(freed[at])
      local task = stand(root, id)
      enter_list(effects, task, task.spec, entry, true)
    end
    -- The custodian gives them time to be claimed: whom it lets in goes to the front, before them.
    if #freed > 0 then redis.call('ZADD', root .. 'parked', 'XX', int(effects.now), queue .. '~' .. key) end
    slots.note_if_over(root, queue, key)
  end
end

flagged.by_field.k = 'k'
flagged.on.k = function(effects, task, from, to)
  if from ~= 'running' and (from ~= 'ready' or to == 'running') then return end
  local root, queue = effects.root, task.queue
  local key = (task.spec or read_header(root, task.id)).k
  if from == 'ready' then
    if redis.call('EXISTS', key_of.parked(root, queue, key)) == 1 then
      slots.unpark(effects, queue, key, slots.running(root, queue, key))
    end
    return
  end
  local counts = key_of.slots(root, queue)
  local running = redis.call('HINCRBY', counts, key, '-1')
  if running <= 0 then redis.call('HDEL', counts, key) end
  slots.unpark(effects, queue, key, running)
end
