-- Where tasks are found by what they say of themselves: `y:<kind>:<value>`, a sorted set of ids, kind t type, g tag,
-- p parent, q queue, a agent. The score is the state's code and behind it the milliseconds of the id: so the tasks of one state are a
-- stretch of scores, the newest last, and those that are unfinished the scores below `completed`.
--
-- By queue only the states are kept that are off the way from submit to completion: tasks that go the usual way pay
-- nothing. By agent those of these that it held last, or that name it where nobody ever held them, and what waits for it
-- alone, which are flagged `p`: what it holds is in `h:<agent>`, and what it has completed is not found by it.

local index = {}
do
  local CODES = {
    blocked = 0, scheduled = 1, ready = 2, running = 3, input_required = 4, completed = 5, failed = 6, cancelled = 7,
  }
  local RARE = { blocked = true, scheduled = true, input_required = true, failed = true, cancelled = true }
  -- Those of them in which a task is its last holder's.
  local HELD_LAST = { input_required = true, failed = true, cancelled = true }
  local WAITS = { blocked = true, scheduled = true, ready = true }
  -- Pairs handed to one command.
  local PAIRS = 500

  index.states = {
    'blocked', 'scheduled', 'ready', 'running', 'input_required', 'completed', 'failed', 'cancelled',
  }
  index.is_rare = RARE

  -- The least and the highest score of a state.
  function index.range(status)
    return CODES[status] * AGES, (CODES[status] + 1) * AGES - 1
  end

  local function score_of(id, status) return int(CODES[status] * AGES + made_at(id)) end

  local function put(effects, key, id, status)
    local indexed = effects.indexed or {}
    effects.indexed = indexed
    local changes = indexed[key]
    if not changes then
      changes = {}
      indexed[key] = changes
    end
    changes[id] = status or false
  end

  -- Each set a task with such a header belongs to.
  local function each_key(root, spec, act)
    if spec.y then act(key_of.index(root, 't', spec.y)) end
    if spec.o then act(key_of.index(root, 'p', spec.o)) end
    for tag in string.gmatch(spec.x or '', '[^,]+') do act(key_of.index(root, 'g', tag)) end
  end

  -- A task that has a type, tags or a parent: letter `i` of its flags.
  function index.follow(effects, task, _, to)
    local spec = task.spec or read_header(effects.root, task.id)
    if not spec then return end
    each_key(effects.root, spec, function(key) put(effects, key, task.id, CODES[to] and to) end)
  end

  -- The agent that held a task last, or else the one that its spec names.
  local function last_agent(root, task)
    local agent = task.agent
    if agent == nil then agent = redis.call('HGET', key_of.state(root, task.id), 'ag') end
    if agent then return agent end
    local spec = task.spec or read_header(root, task.id)
    return spec and spec.g
  end

  -- Any task that comes into one of the rare states or leaves it.
  function index.note_rare(effects, task, from, to)
    local root, id = effects.root, task.id
    put(effects, key_of.index(root, 'q', task.queue), id, RARE[to] and to)
    if not HELD_LAST[from] and not HELD_LAST[to] then return end
    local agent = last_agent(root, task)
    if agent then put(effects, key_of.index(root, 'a', agent), id, HELD_LAST[to] and to) end
  end

  -- A task that waits for one agent alone, or did: letter `p` of its flags. One that goes on as its last holder's stays.
  function index.follow_pin(effects, task, _, to)
    local spec = task.spec or read_header(effects.root, task.id)
    if not spec then return end
    local agent = pinned_to(spec, redis.call('HGET', key_of.state(effects.root, task.id), 'un'))
    if not agent or HELD_LAST[to] and agent == last_agent(effects.root, task) then return end
    put(effects, key_of.index(effects.root, 'a', agent), task.id, WAITS[to] and to)
  end

  -- A task that waits is pinned to another agent than before; nil for nobody.
  function index.pin(effects, id, status, before, agent)
    if not WAITS[status] then return end
    if before then put(effects, key_of.index(effects.root, 'a', before), id, nil) end
    if agent then put(effects, key_of.index(effects.root, 'a', agent), id, status) end
  end

  local function write_one(key, changes)
    local added, removed = {}, {}
    for id, status in pairs(changes) do
      if status then
        added[#added + 1] = score_of(id, status)
        added[#added + 1] = id
      else
        removed[#removed + 1] = id
      end
      if #added >= PAIRS * 2 then
        redis.call('ZADD', key, unpack(added))
        added = {}
      end
      if #removed >= PAIRS then
        redis.call('ZREM', key, unpack(removed))
        removed = {}
      end
    end
    if #added > 0 then redis.call('ZADD', key, unpack(added)) end
    if #removed > 0 then redis.call('ZREM', key, unpack(removed)) end
  end

  function index.write(effects)
    for key, changes in pairs(effects.indexed) do write_one(key, changes) end
  end

  -- Tasks of a state in a set of these.
  function index.count(key, status)
    local least, most = index.range(status)
    return redis.call('ZCOUNT', key, int(least), int(most))
  end
end
