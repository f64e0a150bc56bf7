-- Fairness keys take turns. Of each key only as many tasks stand in a ready list as its weight says; the others wait
-- behind them in the list `bl:<ready list>~<key>`, and each that leaves lets the next one in at the end. So whoever has
-- a million tasks gets as much of the list as whoever has a few, and a claim does nothing but pop. The hash
-- `st:<ready list>` counts the tasks of a key that stand in the list, and has weights other than 1 as `<key>/`.
-- In a queue that has seen a key, tasks without one count as one key more, `-`.

local turns = {}

do
  local NO_KEY = '-'
  -- Tombstones of one key that are stepped over at a time; the last of them takes the turn, and a claim that meets it goes
  -- on with the next.
  local DEAD = 16

  -- The key whose turns a task that enters now takes; nil where there are no turns.
  function turns.key(effects, queue, spec)
    if spec.f then return spec.f end
    if not effects.swarm.fair then return nil end
    local known = effects.fair or {}
    effects.fair = known
    if known[queue] == nil then known[queue] = redis.call('HGET', key_of.queue(effects.root, queue), 'fair') == '1' end
    return known[queue] and NO_KEY or nil
  end

  local function begin(effects, queue)
    if not effects.swarm.fair then
      effects.swarm.fair = true
      redis.call('HSET', effects.root .. 'swarm', 'fair', '1')
    end
    effects.fair = effects.fair or {}
    if effects.fair[queue] ~= true then
      effects.fair[queue] = true
      redis.call('HSET', key_of.queue(effects.root, queue), 'fair', '1')
    end
  end

  local function next_of(root, backlog)
    local element
    for _ = 1, DEAD do
      element = redis.call('LPOP', backlog)
      if not element or not is_dead(root, element) then break end
    end
    return element
  end

  -- Lets as many tasks of a key into the list as are missing. Returns how many came.
  local function let_in(root, list, key, count)
    local backlog, came = key_of.backlog(root, list.key, key), 0
    while came < count do
      local element = next_of(root, backlog)
      if not element then break end
      -- Nobody waits for a list from which an element was taken just now: no wake-up.
      redis.call('RPUSH', list.key, element)
      came = came + 1
    end
    note_if_over(root, list.queue, backlog)
    return came
  end

  local function count(root, list, key, more)
    if more == 0 then return end
    local staged = key_of.staged(root, list.key)
    if redis.call('HINCRBY', staged, key, int(more)) > 0 then return end
    redis.call('HDEL', staged, key, key .. '/')
  end

  local function note_weight(root, list, key, weight, known)
    if weight == known then return end
    local staged = key_of.staged(root, list.key)
    if weight == 1 then redis.call('HDEL', staged, key .. '/') else redis.call('HSET', staged, key .. '/', int(weight)) end
  end

  -- An element enters: into the list where its key may have one more there, else behind its like.
  function turns.enter(effects, list, element, key, spec, front)
    local root, staged = effects.root, key_of.staged(effects.root, list.key)
    element = element .. '~' .. key
    begin(effects, list.queue)
    local s = redis.call('HMGET', staged, key, key .. '/')
    local there, weight = tonumber(s[1] or 0), spec.w or 1
    note_weight(root, list, key, weight, tonumber(s[2] or 1))
    if front or there == 0 then
      count(root, list, key, 1)
      return push_ready(root, list, { element }, front)
    end
    local backlog = key_of.backlog(root, list.key, key)
    if redis.call('RPUSH', backlog, element) == 1 then note_waiting(root, list.queue, backlog) end
    if there < weight then count(root, list, key, let_in(root, list, key, weight - there)) end
  end

  -- An element of a key has left the list.
  function turns.leave(root, list, key)
    local s = redis.call('HMGET', key_of.staged(root, list.key), key, key .. '/')
    local there, weight = tonumber(s[1] or 0) - 1, tonumber(s[2] or 1)
    local came = there < weight and let_in(root, list, key, weight - there) or 0
    count(root, list, key, came - 1)
  end
end

-- Into the list where it stands or takes turns, whatever slots are free.
local function enter_list(effects, task, spec, entry, front)
  local root = effects.root
  local list, element = entry_list(effects, task, spec), element_of(task.id, entry)
  local key = turns.key(effects, list.queue, spec)
  if key then return turns.enter(effects, list, element, key, spec, front) end
  push_ready(root, list, { element }, front)
end

-- To be called when an element was taken from a list whose head was `head` before.
local function left_list(root, list, element, head)
  if #element > 36 then
    local _, _, key = split_element(element)
    if key then turns.leave(root, list, key) end
  end
  rank(root, list, head)
end
