-- Of the tasks of one concurrency key no more run at once than their queue says. The hash `kc:<queue>` counts those that
-- run, by key: a slot is taken with a lease and given back with it, in the same function, so none can be left behind. A
-- task that finds no slot when it would be handed out waits in the sorted set `pk:<queue>~<key>`, the highest priority
-- first and within it the eldest, and the end of a lease lets the first of them back to the front of its list.

local slots = {}

do
  local AGES = 2 ^ 42
  -- Tasks of one key that the end of one lease lets go on where more slots are free: the limit was raised.
  local FREED = 16

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
    return limit and tonumber(redis.call('HGET', key_of.slots(effects.root, queue), spec.k) or 0) >= limit
  end

  function slots.park(root, queue, spec, id, entry)
    local key = key_of.parked(root, queue, spec.k)
    local age = tonumber(string.sub(id, 1, 8) .. string.sub(id, 10, 13), 16)
    local score = (PRIORITY_MAX - (spec.p or PRIORITY_DEFAULT)) * AGES + math.min(age, AGES - 1)
    redis.call('ZADD', key, int(score), element_of(id, entry))
    note_waiting(root, queue, key)
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
    note_if_over(root, queue, parked)
  end
end

flagged.by_field.k = 'k'
flagged.on.k = function(effects, task, from)
  if from ~= 'running' then return end
  local key = (task.spec or read_header(effects.root, task.id)).k
  local counts = key_of.slots(effects.root, task.queue)
  local running = redis.call('HINCRBY', counts, key, '-1')
  if running <= 0 then redis.call('HDEL', counts, key) end
  slots.unpark(effects, task.queue, key, running)
end
