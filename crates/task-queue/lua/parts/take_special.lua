-- Claims from a queue that also holds tasks for certain capabilities or certain agents: of all lists
-- whose tasks the claimer may have, the highest priority first and within it the oldest head.

local function able(capabilities, required)
  for capability in string.gmatch(required, '[^,]+') do
    if not capabilities[capability] then return false end
  end
  return true
end

local function capabilities_of(claimer)
  local capabilities = {}
  for capability in string.gmatch(claimer.able_to, '[^,]+') do capabilities[capability] = true end
  return capabilities
end

local function add_pool(root, queue, pool, agent, claimer, lists)
  for _, member in ipairs(redis.call('SMEMBERS', specials_key(root, pool))) do
    local slash = string.find(member, '/', 1, true)
    if able(claimer.capabilities, string.sub(member, slash + 1)) then
      lists[#lists + 1] = {
        key = special_key(root, pool, member), queue = queue, pool = pool, member = member, agent = agent,
        priority = tonumber(string.sub(member, 1, slash - 1)),
      }
    end
  end
end

local function open_lists(root, queue, claimer)
  claimer.capabilities = claimer.capabilities or capabilities_of(claimer)
  local lists = {}
  for priority = PRIORITY_MAX, 0, -1 do
    lists[#lists + 1] = { key = ready_key(root, queue, priority), queue = queue, priority = priority }
  end
  add_pool(root, queue, queue, nil, claimer, lists)
  add_pool(root, queue, queue .. '@' .. claimer.agent, claimer.agent, claimer, lists)
  for _, list in ipairs(lists) do list.head = redis.call('LINDEX', list.key, '0') end
  return lists
end

local function best(lists, oldest_of_any)
  local found = nil
  for _, list in ipairs(lists) do
    if list.head then
      local better = not found
      if found and oldest_of_any then better = list.head < found.head end
      if found and not oldest_of_any then
        better = list.priority > found.priority or (list.priority == found.priority and list.head < found.head)
      end
      if better then found = list end
    end
  end
  return found
end

-- Returns how many tasks were handed out; what is left may still suit other claimers.
local function take_special(root, queue, claimers, leases, claimed, budget, now)
  local taken = 0
  for _, claimer in ipairs(claimers) do
    local lists = claimer.want > 0 and open_lists(root, queue, claimer) or {}
    while claimer.want > 0 and budget.steps > 0 do
      local list = best(lists, (claimed + taken) % STARVATION_PERIOD == STARVATION_PERIOD - 1)
      if not list then break end
      budget.steps = budget.steps - 1
      local element = redis.call('LPOP', list.key)
      note_if_emptied(root, list)
      list.head = redis.call('LINDEX', list.key, '0')
      local task = lease(root, element, claimer, leases, now)
      if task then
        taken = taken + 1
        claimer.tasks[#claimer.tasks + 1] = task
        claimer.want = claimer.want - 1
      end
    end
  end
  return taken, budget.steps > 0 and SOME or AGAIN
end
