-- Claims from a queue whose ready tasks everybody may claim: one LMPOP takes as many as are wanted,
-- the highest priority first. Of every STARVATION_PERIOD tasks one is the oldest of any priority.

local NOTHING, SOME = 0, 1

local new_budget, charge, affordable
do
  -- Elements one call looks at, over all its queues: bounds its time, and keeps what is handed to unpack small.
  local CLAIM_STEPS = 400
  -- Bytes of tasks one call hands out, few tasks over, as they are answered: an answer has to arrive within the time a call
  -- may take, and what is small because it is compressed is large in the memory of the service.
  local CLAIM_BYTES = 4 * 1024 * 1024
  -- Tasks that are taken at once before it is known how large they are.
  local UNKNOWN_AT_ONCE = 4

  new_budget = function() return { steps = CLAIM_STEPS, bytes = CLAIM_BYTES, largest = 0 } end

  -- Charges a task that was handed out.
  charge = function(budget, task)
    local bytes = bytes_of_record(task[2], task[3], task[4], task[5])
    budget.bytes, budget.largest = budget.bytes - bytes, math.max(budget.largest, bytes)
    if budget.bytes <= 0 then budget.steps = 0 end
  end

  -- How many more there may be at once: what was taken cannot be left.
  affordable = function(budget)
    if budget.largest == 0 then return UNKNOWN_AT_ONCE end
    return math.min(budget.steps, math.floor(budget.bytes / budget.largest) + 1)
  end
end

local function plain_keys(root, queue)
  local keys = {}
  for priority = PRIORITY_MAX, 0, -1 do keys[#keys + 1] = key_of.ready(root, queue, priority) end
  return keys
end

local function pop_oldest(keys)
  local oldest, from = nil, nil
  for _, key in ipairs(keys) do
    local head = redis.call('LINDEX', key, '0')
    if head and (not oldest or head < oldest) then oldest, from = head, key end
  end
  if from then redis.call('LPOP', from) end
  return from, { oldest }
end

local function pop_highest(keys, count)
  local popped = redis.call('LMPOP', '10', keys[1], keys[2], keys[3], keys[4], keys[5], keys[6], keys[7], keys[8], keys[9], keys[10],
    'LEFT', 'COUNT', int(count))
  if popped then return popped[1], popped[2] end
end

-- The first claimer that still wants a task.
local function next_claimer(claimers, from)
  while claimers[from] and claimers[from].want == 0 do from = from + 1 end
  return from
end

-- The claimers from `at` on that still want a task were not served for the call's bound alone: they ask again.
local function ask_again(claimers, at)
  for i = at, #claimers do claimers[i].again = claimers[i].want > 0 and #claimers[i].tasks == 0 end
end

-- Returns how many tasks were handed out, `most` at most, and what is left, NOTHING or SOME.
local function take_plain(root, queue, claimers, effects, claimed, budget, most)
  local keys, taken, at = plain_keys(root, queue), 0, next_claimer(claimers, 1)
  while claimers[at] and budget.steps > 0 and taken < most do
    local wanted = 0
    for i = at, #claimers do wanted = wanted + claimers[i].want end
    local place, key, elements = (claimed + taken) % STARVATION_PERIOD, nil, nil
    if place == STARVATION_PERIOD - 1 then
      key, elements = pop_oldest(keys)
    else
      key, elements = pop_highest(keys, math.min(wanted, STARVATION_PERIOD - 1 - place, affordable(budget), most - taken))
    end
    if not key then return taken, NOTHING end
    for _, element in ipairs(elements) do
      budget.steps = budget.steps - 1
      if #element > 36 then left_list(root, { key = key, queue = queue }, element, element) end
      local task = lease(root, element, claimers[at], effects)
      if task then
        charge(budget, task)
        taken = taken + 1
        local claimer = claimers[at]
        claimer.tasks[#claimer.tasks + 1] = task
        claimer.want = claimer.want - 1
        at = next_claimer(claimers, at)
      end
    end
  end
  if budget.steps <= 0 then ask_again(claimers, at) end
  return taken, SOME
end
