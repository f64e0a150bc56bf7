-- Chooses agents for tasks: live ones that do not drain, have what is required, and have room beside what they hold and
-- what is ready for them alone. Agents are read once in a call, each when it is first looked at, and what the call gives
-- them is counted along.

local assign = {}

do
  -- Looks at agents that all choices of one call have together; one that comes later has the few.
  local LOOKS_A_CALL, FEW = 2000, 10

  local function crew_of(effects)
    local crew = effects.crew
    if not crew then
      crew = { seats = {}, heaps = {}, nobody = {}, freed = {}, looks = LOOKS_A_CALL }
      effects.crew = crew
    end
    return crew
  end

  -- What an agent can do, and nothing of what it has to do; false where it is not to be had.
  local function seat_of(effects, crew, name)
    local seat = crew.seats[name]
    if seat ~= nil then return seat end
    local a = redis.call('HMGET', key_of.agent(effects.root, name), 'ca', 'cb', 'dr', 'lo', 'xp')
    seat = false
    if a[1] and a[3] ~= '1' and a[4] ~= '1' and tonumber(a[5]) > effects.now then
      seat = { name = name, capacity = tonumber(a[1]), able_to = ',' .. a[2] .. ',', freed = crew.freed[name] }
    end
    crew.seats[name] = seat
    return seat
  end

  -- Tasks an agent has to do: those that it holds, and the ready ones that are for it alone. One that holds as many as it may can have a mark among them, see agent.lua: full it is.
  local function load_of(root, seat)
    if not seat.tasks then
      local held = key_of.held_by(root, seat.name)
      seat.tasks = redis.call('HLEN', held) + index.count(key_of.index(root, 'a', seat.name), 'ready')
      if seat.freed then seat.tasks = seat.tasks - seat.freed - redis.call('HEXISTS', held, 'w') end
    end
    return seat.tasks
  end

  local function has_room(root, seat) return load_of(root, seat) < seat.capacity end

  local function is_able(seat, spec)
    if not spec.c then return true end
    for capability in string.gmatch(spec.c, '[^,]+') do
      if not string.find(seat.able_to, ',' .. capability .. ',', 1, true) then return false end
    end
    return true
  end

  local function fits(effects, crew, name, spec)
    local seat = seat_of(effects, crew, name)
    return seat and is_able(seat, spec) and has_room(effects.root, seat) and seat or nil
  end

  -- Names of agents that are there: all, or where there are too many, some.
  local function present(effects, crew)
    if not crew.present then
      local alive = effects.root .. 'alive'
      if redis.call('ZCARD', alive) <= ASSIGN_AGENTS then
        crew.present = redis.call('ZRANGE', alive, '0', '-1')
      else
        crew.present = redis.call('ZRANDMEMBER', alive, int(ASSIGN_AGENTS))
      end
    end
    return crew.present
  end

  -- Those that come next by their names.
  local function ring(effects, crew)
    if not crew.ring then
      local agents, last = effects.root .. 'agents', redis.call('HGET', effects.root .. 'swarm', 'rr') or ''
      crew.at = 0
      crew.ring = redis.call('ZRANGEBYLEX', agents, last == '' and '-' or '(' .. last, '+', 'LIMIT', '0', int(ASSIGN_AGENTS))
      if last ~= '' and #crew.ring < ASSIGN_AGENTS then
        local left = int(ASSIGN_AGENTS - #crew.ring)
        for _, name in ipairs(redis.call('ZRANGEBYLEX', agents, '-', '[' .. last, 'LIMIT', '0', left)) do
          crew.ring[#crew.ring + 1] = name
        end
      end
    end
    return crew.ring
  end

  local function looks_at(crew, most)
    local looks = math.min(most, math.max(crew.looks, FEW))
    crew.looks = crew.looks - looks
    return looks
  end

  local choose = {}

  function choose.round_robin(effects, crew, spec)
    local names = ring(effects, crew)
    for _ = 1, looks_at(crew, #names) do
      crew.at = crew.at % #names + 1
      -- Where nobody fitted, the next choice goes on behind those.
      effects.rr = names[crew.at]
      local seat = fits(effects, crew, effects.rr, spec)
      if seat then return seat end
    end
  end

  -- Whether one stands before another: by their ranks, smaller first.
  local function before(a, b)
    if a.beyond ~= b.beyond then return a.beyond < b.beyond end
    if a.load ~= b.load then return a.load < b.load end
    return a.seat.name < b.seat.name
  end

  local function sink(heap, at)
    while true do
      local least = at
      for child = at * 2, at * 2 + 1 do
        if heap[child] and before(heap[child], heap[least]) then least = child end
      end
      if least == at then return end
      heap[at], heap[least] = heap[least], heap[at]
      at = least
    end
  end

  local function load_part(root, seat) return load_of(root, seat) / seat.capacity end

  -- More by one than there are, or two where there are none: alike for all.
  local function capabilities_of(seat)
    local _, commas = string.gsub(seat.able_to, ',', '')
    return commas
  end

  -- The agents that fit, the best one first; `exact`: how many capabilities it has beyond those required comes first.
  local function heap_of(effects, crew, spec, exact)
    local names, heap = present(effects, crew), {}
    local looks, at = looks_at(crew, #names), 0
    if looks < #names then at = effects.now % #names end
    for _ = 1, looks do
      at = at % #names + 1
      local seat = fits(effects, crew, names[at], spec)
      if seat then
        heap[#heap + 1] = { seat = seat, beyond = exact and capabilities_of(seat) or 0, load = load_part(effects.root, seat) }
      end
    end
    for place = math.floor(#heap / 2), 1, -1 do sink(heap, place) end
    return heap
  end

  local function best_of(effects, crew, spec, exact)
    local name = (exact and '!' or '') .. (spec.c or '')
    local heap = crew.heaps[name] or heap_of(effects, crew, spec, exact)
    crew.heaps[name] = heap
    while heap[1] do
      local first, root = heap[1], effects.root
      local load = load_part(root, first.seat)
      if first.load == load and has_room(root, first.seat) then return first.seat end
      -- It was given something since: others may stand before it now.
      first.load = load
      if not has_room(root, first.seat) then
        heap[1] = heap[#heap]
        heap[#heap] = nil
      end
      sink(heap, 1)
    end
  end

  function choose.least_loaded(effects, crew, spec) return best_of(effects, crew, spec, false) end
  function choose.best_match(effects, crew, spec) return best_of(effects, crew, spec, true) end

  -- The agent a strategy chooses for a task, which counts as given to it; nil where nobody fits.
  function assign.choose(effects, strategy, spec)
    local crew, who = crew_of(effects), strategy .. '/' .. (spec.c or '')
    if crew.nobody[who] then return nil end
    local seat = choose[strategy](effects, crew, spec)
    if not seat then
      crew.nobody[who] = true
      return nil
    end
    seat.tasks = seat.tasks + 1
    return seat.name
  end

  -- An agent holds a task less by the time of the choices that follow in this call.
  function assign.freed(effects, name)
    local crew = crew_of(effects)
    crew.freed[name] = (crew.freed[name] or 0) + 1
    -- What was known of it, and of who has no room, is so no more; what it was given since counts on.
    local seat = crew.seats[name]
    if seat and seat.freed then
      seat.freed, seat.tasks = seat.freed + 1, seat.tasks and seat.tasks - 1
    elseif seat then
      local mark = redis.call('HEXISTS', key_of.held_by(effects.root, name), 'w')
      seat.freed, seat.tasks = 1, seat.tasks and seat.tasks - 1 - mark
    end
    crew.heaps, crew.nobody = {}, {}
  end

  -- Whether this very agent may be given a task; one that has it already needs no more room.
  function assign.suits(effects, name, spec, has_it)
    local seat = seat_of(effects, crew_of(effects), name)
    return seat and is_able(seat, spec) and (has_it or has_room(effects.root, seat)) or false
  end
end
