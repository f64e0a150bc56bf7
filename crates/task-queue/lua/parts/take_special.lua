-- Claims from a queue that also holds tasks for certain capabilities or certain agents: of all lists whose tasks the
-- claimer may have, the highest priority first and within it the oldest head. The lists of a pool are looked at in that
-- order, so what a claimer may not have costs it a comparison for each set of capabilities in front of its own.

local take_special
do
  -- Lists of a pool that are read at first, and then at a time.
  local FIRST, PAGE = 4, 64
  -- Where a claimer may have no more than one of so many lists of a queue, it is these that are asked for.
  local RARE = 4
  -- What is known of names and capabilities is kept as long as the library is loaded, so many pairs of them.
  local KEPT = 20000
  local known, kept = {}, 0

  -- What is known of a claimer's capabilities: by the name of a list, whether it may have its tasks.
  local function abilities_of(able_to)
    local abilities = known[able_to]
    if abilities then return abilities end
    abilities = { may = {}, has = {} }
    for capability in string.gmatch(able_to, '[^,]+') do
      abilities.has[capability], kept = true, kept + 1
    end
    known[able_to], kept = abilities, kept + 1
    return abilities
  end

  local function find_out(abilities, name)
    local may = true
    for required in string.gmatch(string.sub(name, string.find(name, '/', 1, true) + 1), '[^,]+') do
      may = may and abilities.has[required] ~= nil
    end
    abilities.may[name], kept = may, kept + 1
    return may
  end

  local function may_have(abilities, name)
    local may = abilities.may[name]
    if may == nil then return find_out(abilities, name) end
    return may
  end

  local function priority_of(name) return tonumber(string.match(name, '^%d+')) end

  -- What a claimer may have of a queue's own lists: how many, and the lists themselves where they are few.
  local function suited_to(root, queue, lists, able_to, abilities)
    local suited = lists.suited[able_to]
    if suited then return suited end
    local names = {}
    for name in pairs(lists.names) do
      if may_have(abilities, name) then names[#names + 1] = name end
    end
    suited = { count = #names, few = {} }
    if #names == 1 or #names * RARE <= lists.count then
      for at, name in ipairs(names) do
        suited.few[at] = {
          key = key_of.special(root, queue, name), queue = queue, pool = queue, member = name, priority = priority_of(name),
        }
      end
    end
    lists.suited[able_to] = suited
    known_lists.keep(#suited.few + 1)
    return suited
  end

  local function head_of(list)
    list.head = list.head or redis.call('LINDEX', list.key, '0')
    return list.head
  end

  -- Whether list `a` comes before list `b`.
  local function before(a, b, oldest_of_any)
    if not b then return true end
    if not oldest_of_any and a.priority ~= b.priority then return a.priority > b.priority end
    return head_of(a) < head_of(b)
  end

  -- The first list of a pool that the claimer may have. Looking for the oldest of any priority looks at all.
  local function first_of_pool(root, queue, pool, agent, claimer, oldest_of_any, budget)
    local found, from, count = nil, 0, oldest_of_any and CAPABILITY_SETS or FIRST
    while budget.steps > 0 do
      local page = redis.call('ZRANGE', key_of.specials(root, pool), int(from), int(from + count - 1))
      budget.steps = budget.steps - 1
      for at = 1, #page do
        local name = string.sub(page[at], 38)
        if may_have(claimer.abilities, name) then
          local list = {
            key = key_of.special(root, pool, name), queue = queue, pool = pool, member = name, agent = agent,
            priority = priority_of(name), head = page[at],
          }
          if before(list, found, oldest_of_any) then found = list end
          if not oldest_of_any then return found end
        end
      end
      if #page < count then return found end
      from, count = from + count, PAGE
    end
    return found
  end

  -- The first of few lists: one question tells whether the heads are what they were last.
  local function first_of_few(root, queue, lists, few, oldest_of_any)
    local hints, found = {}, nil
    for at, list in ipairs(few) do hints[at] = lists.hints[list.member] or '' end
    local scores = #few > 1 and redis.call('ZMSCORE', key_of.specials(root, queue), unpack(hints)) or {}
    for at, list in ipairs(few) do
      list.head = scores[at] and hints[at] or nil
      if before(list, found, oldest_of_any) then found = list end
    end
    return found
  end

  -- The first list of a queue's own that the claimer may have.
  local function first_of_queue(root, queue, lists, claimer, oldest_of_any, budget)
    local suited = suited_to(root, queue, lists, claimer.able_to, claimer.abilities)
    if suited.count == 0 then return nil end
    if #suited.few == 0 then return first_of_pool(root, queue, queue, nil, claimer, oldest_of_any, budget) end
    budget.steps = budget.steps - 1
    return first_of_few(root, queue, lists, suited.few, oldest_of_any)
  end

  -- The first list of those that everybody may have, as far as it may come before `found`.
  local function first_plain(queue, keys, found, oldest_of_any)
    local last = found and not oldest_of_any and PRIORITY_MAX + 1 - found.priority or #keys
    if redis.call('EXISTS', unpack(keys, 1, last)) == 0 then return found end
    for at = 1, last do
      local head = redis.call('LINDEX', keys[at], '0')
      local list = head and { key = keys[at], queue = queue, priority = PRIORITY_MAX + 1 - at, head = head }
      if list and before(list, found, oldest_of_any) then
        if not oldest_of_any then return list end
        found = list
      end
    end
    return found
  end

  local function first_list(root, queue, lists, claimer, oldest_of_any, pins, budget)
    local found = first_of_queue(root, queue, lists, claimer, oldest_of_any, budget)
    if pins then
      local own = first_of_pool(root, queue, queue .. '@' .. claimer.agent, claimer.agent, claimer, oldest_of_any, budget)
      if own and before(own, found, oldest_of_any) then found = own end
    end
    return first_plain(queue, lists.plain, found, oldest_of_any)
  end

  local function take_for(root, queue, lists, claimer, effects, claimed, budget, pins, most)
    local taken = 0
    claimer.abilities = claimer.abilities or abilities_of(claimer.able_to)
    while claimer.want > 0 and taken < most do
      if budget.steps <= 0 then
        ask_again({ claimer }, 1)
        break
      end
      local oldest_of_any = (claimed + taken) % STARVATION_PERIOD == STARVATION_PERIOD - 1
      local list = first_list(root, queue, lists, claimer, oldest_of_any, pins, budget)
      if not list then break end
      budget.steps = budget.steps - 1
      local element = redis.call('LPOP', list.key)
      -- What is known of lists is to be right; were it not, what was leased before must not be lost for it.
      if not element then break end
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

  -- Returns how many tasks were handed out, `most` at most; what is left may still suit other claimers. `number` is that of
  -- the queue's lists, see ready.lua.
  take_special = function(root, queue, claimers, effects, claimed, budget, pins, number, most)
    if kept >= KEPT then known, kept = {}, 0 end
    local taken, lists = 0, known_lists.of(root, queue, number)
    for at, claimer in ipairs(claimers) do
      if budget.steps <= 0 then
        ask_again(claimers, at)
        break
      end
      if claimer.want > 0 and taken < most then
        taken = taken + take_for(root, queue, lists, claimer, effects, claimed + taken, budget, pins, most - taken)
      end
    end
    return taken, SOME
  end
end
