-- Claims from a queue that also holds tasks for certain capabilities or certain agents: of all lists whose tasks the
-- claimer may have, the highest priority first and within it the oldest head. The lists of a pool are looked at in that
-- order, so what a claimer may not have costs it a comparison for each set of capabilities in front of its own.

local take_special
do
  -- Lists of a pool that are read at first, and then at a time.
  local FIRST, PAGE = 8, 64
  -- Parsed names that are kept, as long as the library is loaded.
  local KEPT = 10000
  local parsed, kept = {}, 0

  -- What the name of a list says: { priority, capabilities … }.
  local function parse(member)
    local known = parsed[member]
    if known then return known end
    if kept >= KEPT then parsed, kept = {}, 0 end
    local slash = string.find(member, '/', 1, true)
    known = { priority = tonumber(string.sub(member, 1, slash - 1)) }
    for capability in string.gmatch(string.sub(member, slash + 1), '[^,]+') do known[#known + 1] = capability end
    parsed[member], kept = known, kept + 1
    return known
  end

  local function able(capabilities, required)
    for at = 1, #required do
      if not capabilities[required[at]] then return false end
    end
    return true
  end

  local function capabilities_of(claimer)
    local capabilities = {}
    for capability in string.gmatch(claimer.able_to, '[^,]+') do capabilities[capability] = true end
    return capabilities
  end

  -- Whether list `a` comes before list `b`.
  local function before(a, b, oldest_of_any)
    if not b then return true end
    if not oldest_of_any and a.priority ~= b.priority then return a.priority > b.priority end
    return a.head < b.head
  end

  -- The first list of a pool that the claimer may have. Looking for the oldest of any priority looks at all.
  local function first_of_pool(root, queue, pool, agent, claimer, oldest_of_any, budget)
    local found, from, count = nil, 0, oldest_of_any and CAPABILITY_SETS or FIRST
    while budget.steps > 0 do
      local page = redis.call('ZRANGE', key_of.specials(root, pool), int(from), int(from + count - 1))
      budget.steps = budget.steps - 1
      for at = 1, #page do
        local member = string.sub(page[at], 38)
        local said = parse(member)
        if able(claimer.capabilities, said) then
          local list = { queue = queue, pool = pool, member = member, agent = agent, priority = said.priority, head = page[at] }
          if before(list, found, oldest_of_any) then found = list end
          if not oldest_of_any then return found end
        end
      end
      if #page < count then return found end
      from, count = from + count, PAGE
    end
    return found
  end

  -- The first list of those that everybody may have, as far as it may come before `found`.
  local function first_plain(root, queue, found, oldest_of_any)
    local keys = {}
    for priority = PRIORITY_MAX, found and not oldest_of_any and found.priority or 0, -1 do
      keys[#keys + 1] = key_of.ready(root, queue, priority)
    end
    if redis.call('EXISTS', unpack(keys)) == 0 then return found end
    for at, key in ipairs(keys) do
      local head = redis.call('LINDEX', key, '0')
      local list = head and { key = key, queue = queue, priority = PRIORITY_MAX + 1 - at, head = head }
      if list and before(list, found, oldest_of_any) then
        if not oldest_of_any then return list end
        found = list
      end
    end
    return found
  end

  local function first_list(root, queue, claimer, oldest_of_any, pins, budget)
    local found = first_of_pool(root, queue, queue, nil, claimer, oldest_of_any, budget)
    if pins then
      local own = first_of_pool(root, queue, queue .. '@' .. claimer.agent, claimer.agent, claimer, oldest_of_any, budget)
      if own and before(own, found, oldest_of_any) then found = own end
    end
    return first_plain(root, queue, found, oldest_of_any)
  end

  local function take_for(root, queue, claimer, effects, claimed, budget, pins, most)
    local taken = 0
    claimer.capabilities = claimer.capabilities or capabilities_of(claimer)
    while claimer.want > 0 and taken < most do
      if budget.steps <= 0 then
        ask_again({ claimer }, 1)
        break
      end
      local oldest_of_any = (claimed + taken) % STARVATION_PERIOD == STARVATION_PERIOD - 1
      local list = first_list(root, queue, claimer, oldest_of_any, pins, budget)
      if not list then break end
      budget.steps = budget.steps - 1
      list.key = list.key or key_of.special(root, list.pool, list.member)
      local element = redis.call('LPOP', list.key)
      left_list(root, list, element, element)
      local task = lease(root, element, claimer, effects)
      if task then
        charge(budget, task)
        taken = taken + 1
        claimer.tasks[#claimer.tasks + 1] = task
        claimer.want = claimer.want - 1
      end
    end
    return taken
  end

  -- Returns how many tasks were handed out, `most` at most; what is left may still suit other claimers.
  take_special = function(root, queue, claimers, effects, claimed, budget, pins, most)
    local taken = 0
    for at, claimer in ipairs(claimers) do
      if budget.steps <= 0 then
        ask_again(claimers, at)
        break
      end
      if claimer.want > 0 and taken < most then
        taken = taken + take_for(root, queue, claimer, effects, claimed + taken, budget, pins, most - taken)
      end
    end
    return taken, SOME
  end
end
