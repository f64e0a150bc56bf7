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
    if to ~= 'gone' then return end
    redis.call('DEL', key_of.usage(effects.root, task.id))
    if effects.used then effects.used.nodes[task.id] = nil end
  end

  local function add(key, fields, amounts)
    for at, amount in ipairs(amounts) do
      if tonumber(amount) > 0 then redis.call('HINCRBY', key, fields[at], amount) end
    end
  end

  local function sums_at(root, id)
    return redis.call('HMGET', key_of.usage(root, id), 't', 'u', 'w', 'T', 'U', 'W', 'bt', 'bu', 'bw')
  end

  -- What a call knows of a task and of those that it belongs to; false where it was forgotten. Each is read once, and
  -- written once at the end of the call, however many reports pass it.
  local function node_of(effects, id)
    local used_now = effects.used or { nodes = {}, count = 0, queues = {}, agents = {} }
    effects.used = used_now
    local node = used_now.nodes[id]
    if node == nil then
      local spec = read_header(effects.root, id)
      node = spec and { id = id, spec = spec } or false
      used_now.nodes[id], used_now.count = node, used_now.count + 1
    end
    return node
  end

  -- Its sums, those of this call included.
  local function sums_of_node(effects, node)
    if node.sums then return node.sums end
    node.sums = sums_at(effects.root, node.id)
    node.is_new = true
    for at = 1, 9 do
      node.is_new = node.is_new and not node.sums[at]
      node.sums[at] = tonumber(node.sums[at] or 0)
    end
    return node.sums
  end

  -- Hands each(node) the task and all that it belongs to, the nearest first, until one returns something. What was
  -- forgotten ends the line.
  local function upwards(effects, id, each)
    for _ = 0, PARENTS do
      local node = id and node_of(effects, id)
      if not node then return nil end
      local found = each(node)
      if found then return found end
      id = node.spec.o
    end
  end

  local function sum_up(sums, name, amounts)
    local sum = sums[name] or { 0, 0, 0 }
    for at = 1, 3 do sum[at] = sum[at] + amounts[at] end
    sums[name] = sum
  end

  -- Tasks that the reports and budgets of this call were looked up of; one that is written counts twice.
  function used.looked_at(effects) return effects.used and effects.used.count or 0 end

  function used.of_queue(root, queue, amounts) add(key_of.queue(root, queue), OF_QUEUE, amounts) end

  function used.report(effects, task, usage)
    if usage == '' then return end
    local amounts = { string.match(usage, '^(%d+),(%d+),(%d+)$') }
    upwards(effects, task.id, function(node)
      local sums, first = sums_of_node(effects, node), node.id == task.id and 0 or 3
      for at = 1, 3 do sums[first + at] = math.min(sums[first + at] + amounts[at], COUNT_MAX) end
      if not node.is_changed then effects.used.count = effects.used.count + 1 end
      node.is_changed = true
      if node.is_new then flagged.add(node.id == task.id and task or { key = key_of.state(effects.root, node.id) }, 'u') end
      node.is_new = false
    end)
    sum_up(effects.used.queues, task.queue, amounts)
    if task.agent then sum_up(effects.used.agents, task.agent, amounts) end
  end

  local function write_node(root, node)
    local fields = {}
    for at, sum in ipairs(node.sums) do
      if at <= 6 and sum > 0 then
        fields[#fields + 1] = at <= 3 and OWN[at] or BELOW[at - 3]
        fields[#fields + 1] = int(sum)
      end
    end
    if #fields > 0 then redis.call('HSET', key_of.usage(root, node.id), unpack(fields)) end
  end

  local function as_text(sum) return { int(sum[1]), int(sum[2]), int(sum[3]) } end

  -- Writes what the reports of this call have come to.
  function flagged.write_usage(effects)
    local root, used_now = effects.root, effects.used
    effects.used = nil
    for _, node in pairs(used_now.nodes) do
      if node and node.is_changed then write_node(root, node) end
    end
    for queue, sum in pairs(used_now.queues) do used.of_queue(root, queue, as_text(sum)) end
    for agent, sum in pairs(used_now.agents) do
      -- It may have been removed since.
      local key = key_of.agent(root, agent)
      if redis.call('HEXISTS', key, 'tt') == 1 then add(key, OF_AGENT, as_text(sum)) end
    end
  end

  -- All sums of a task, as one text.
  function used.told(root, id)
    local sums = sums_at(root, id)
    for at = 1, 9 do sums[at] = sums[at] or '0' end
    return table.concat(sums, ' ')
  end

  -- Of a kind of use, what a task and all that belong to it have used, and what of it since the budget was granted.
  local function used_up(sums, at)
    local all = sums[at] + sums[at + 3]
    return all, all - sums[at + 6]
  end

  local function over(effects, node)
    local budget = node.spec.u
    if not budget then return nil end
    local sums = sums_of_node(effects, node)
    for at, name in ipairs(LIMITS) do
      local limit, _, since_grant = budget[name], used_up(sums, at)
      if type(limit) == 'number' and since_grant > limit then
        return { task = node.id, name = name, limit = limit, used = since_grant, policy = budget.on_exceeded }
      end
    end
  end

  -- The budget that a task has passed, its own or that of the nearest task it belongs to; nil where there is none.
  function used.exceeded(effects, task)
    if not flagged.has(task.flags, 'b') then return nil end
    return upwards(effects, task.id, function(node) return over(effects, node) end)
  end

  -- Counts a budget from now on, unless its task is forgotten.
  function used.grant(effects, id)
    local root = effects.root
    if effects.used then flagged.write_usage(effects) end
    if redis.call('EXISTS', key_of.usage(root, id)) == 0 then return end
    local sums, fields = sums_at(root, id), {}
    for at = 1, 9 do sums[at] = tonumber(sums[at] or 0) end
    for at = 1, 3 do
      fields[#fields + 1] = GRANTED[at]
      fields[#fields + 1] = int((used_up(sums, at)))
    end
    redis.call('HSET', key_of.usage(root, id), unpack(fields))
  end
end
