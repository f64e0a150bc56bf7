-- Claims from a queue that also holds tasks for certain capabilities or certain agents: of all lists
-- whose tasks the claimer may have, the highest priority first and within it the oldest head.

-- Sets of capabilities looked at for one of the call's steps.
local SETS_A_STEP = 10

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

-- The lists of a pool that hold something, read once in a call. Submits bound the sets that are ready; scheduled tasks
-- may bring more of them later, and then a call looks at as many as the bound says, others each time.
local function members_of(root, pool, budget)
  local members = budget.pools[pool]
  if not members then
    members = {}
    for _, member in ipairs(redis.call('SRANDMEMBER', key_of.specials(root, pool), int(CAPABILITY_SETS))) do
      local slash = string.find(member, '/', 1, true)
      members[#members + 1] = {
        member = member, priority = tonumber(string.sub(member, 1, slash - 1)), required = string.sub(member, slash + 1),
      }
    end
    budget.pools[pool] = members
  end
  budget.steps = budget.steps - math.ceil(#members / SETS_A_STEP)
  return members
end

local function add_pool(root, queue, pool, agent, claimer, budget, lists)
  for _, m in ipairs(members_of(root, pool, budget)) do
    if able(claimer.capabilities, m.required) then
      lists[#lists + 1] = {
        key = key_of.special(root, pool, m.member), queue = queue, pool = pool, member = m.member, agent = agent,
        priority = m.priority,
      }
    end
  end
end

local function open_lists(root, queue, claimer, budget)
  claimer.capabilities = claimer.capabilities or capabilities_of(claimer)
  local lists = {}
  for priority = PRIORITY_MAX, 0, -1 do
    lists[#lists + 1] = { key = key_of.ready(root, queue, priority), queue = queue, priority = priority }
  end
  add_pool(root, queue, queue, nil, claimer, budget, lists)
  add_pool(root, queue, queue .. '@' .. claimer.agent, claimer.agent, claimer, budget, lists)
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

local function take_for(root, lists, claimer, effects, claimed, budget)
  local taken = 0
  while claimer.want > 0 do
    local list = best(lists, (claimed + taken) % STARVATION_PERIOD == STARVATION_PERIOD - 1)
    if not list then break end
    if budget.steps <= 0 then
      ask_again({ claimer }, 1)
      break
    end
    budget.steps = budget.steps - 1 - math.floor(#lists / SETS_A_STEP)
    local element = redis.call('LPOP', list.key)
    note_if_emptied(root, list)
    list.head = redis.call('LINDEX', list.key, '0')
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

-- Returns how many tasks were handed out; what is left may still suit other claimers.
local function take_special(root, queue, claimers, effects, claimed, budget)
  local taken = 0
  for at, claimer in ipairs(claimers) do
    if budget.steps <= 0 then
      ask_again(claimers, at)
      break
    end
    if claimer.want > 0 then
      local lists = open_lists(root, queue, claimer, budget)
      taken = taken + take_for(root, lists, claimer, effects, claimed + taken, budget)
    end
  end
  return taken, SOME
end
