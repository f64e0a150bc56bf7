-- What tasks use up, and what they may. A report says what was used since the one before it, as
-- `<tokens>,<usd_micros>,<wall_ms>`, '' for nothing. Sums are kept in the hash `us:<id>`:
--   t u w     of the task itself
--   T U W     of the tasks that belong to it, and of those that belong to them
--   bt bu bw  of all these, when its budget was granted last
-- and in the hashes of its queue and its holder. A budget is for a task and all that belong to it.

local used = {}
do
  local OWN, BELOW = { 't', 'u', 'w' }, { 'T', 'U', 'W' }
  local GRANTED = { 'bt', 'bu', 'bw' }
  local OF_QUEUE, OF_AGENT = { 'use.t', 'use.u', 'use.w' }, { 'ut', 'uu', 'uw' }
  local LIMITS = { 'tokens', 'usd_micros', 'wall_ms' }

  flagged.by_field.u = 'b'

  flagged.on.u = function(effects, task, from, to)
    if to == 'gone' then redis.call('DEL', key_of.usage(effects.root, task.id)) end
  end

  local function add(key, fields, amounts)
    for at, amount in ipairs(amounts) do
      if tonumber(amount) > 0 then redis.call('HINCRBY', key, fields[at], amount) end
    end
  end

  -- Hands each(id, spec) the task and all that it belongs to, the nearest first, until one returns something. What was
  -- forgotten ends the line.
  local function upwards(root, id, each)
    for _ = 0, PARENTS do
      local spec = id and read_header(root, id)
      if not spec then return nil end
      local found = each(id, spec)
      if found then return found end
      id = spec.o
    end
  end

  function used.of_queue(root, queue, amounts) add(key_of.queue(root, queue), OF_QUEUE, amounts) end

  function used.report(effects, task, usage)
    if usage == '' then return end
    local root, amounts = effects.root, { string.match(usage, '^(%d+),(%d+),(%d+)$') }
    upwards(root, task.id, function(id)
      add(key_of.usage(root, id), id == task.id and OWN or BELOW, amounts)
      flagged.add(id == task.id and task or { key = key_of.state(root, id) }, 'u')
    end)
    used.of_queue(root, task.queue, amounts)
    -- It may have been removed since.
    local agent = task.agent and key_of.agent(root, task.agent)
    if agent and redis.call('HEXISTS', agent, 'tt') == 1 then add(agent, OF_AGENT, amounts) end
  end

  -- All sums of a task, as one text.
  function used.told(root, id)
    local sums = redis.call('HMGET', key_of.usage(root, id), 't', 'u', 'w', 'T', 'U', 'W', 'bt', 'bu', 'bw')
    for at = 1, 9 do sums[at] = sums[at] or '0' end
    return table.concat(sums, ' ')
  end

  -- What a task and all that belong to it have used, and what of it since the budget was granted.
  local function sums_of(root, id)
    local s = redis.call('HMGET', key_of.usage(root, id), 't', 'u', 'w', 'T', 'U', 'W', 'bt', 'bu', 'bw')
    local all, since_grant = {}, {}
    for at = 1, 3 do
      all[at] = tonumber(s[at] or 0) + tonumber(s[at + 3] or 0)
      since_grant[at] = all[at] - tonumber(s[at + 6] or 0)
    end
    return all, since_grant
  end

  local function over(root, id, spec)
    if not spec.u then return nil end
    local _, since_grant = sums_of(root, id)
    for at, name in ipairs(LIMITS) do
      local limit = spec.u[name]
      if type(limit) == 'number' and since_grant[at] > limit then
        return { task = id, name = name, limit = limit, used = since_grant[at], policy = spec.u.on_exceeded }
      end
    end
  end

  -- The budget that a task has passed, its own or that of the nearest task it belongs to; nil where there is none.
  function used.exceeded(root, task)
    if not flagged.has(task.flags, 'b') then return nil end
    return upwards(root, task.id, function(id, spec) return over(root, id, spec) end)
  end

  -- Counts a budget from now on, unless its task is forgotten.
  function used.grant(root, id)
    if redis.call('EXISTS', key_of.usage(root, id)) == 0 then return end
    local all, fields = sums_of(root, id), {}
    for at = 1, 3 do
      fields[#fields + 1] = GRANTED[at]
      fields[#fields + 1] = int(all[at])
    end
    redis.call('HSET', key_of.usage(root, id), unpack(fields))
  end
end
