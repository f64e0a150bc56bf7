-- Finds the tasks of one state that fit a filter, a bounded stretch at a time. The filter: queue, type (its stand-in),
-- tag, agent, parent, '' where one does not matter. A waiting task's agent is the one it is pinned to, of any other one
-- who holds it or held it last.
--
-- Where an index holds the tasks of an attribute, the one that holds fewest of this state is walked, and what does not
-- fit is passed over; these indexes give a task the same place, so that a walk may change from one to another. Without
-- one it is the index of the state that is walked, or the lists of ready tasks.
--
-- sink: full() whether it wants no more, take(task) is given what fits; eldest_first: so those of a sorted set come.

local look = {}
do
  local POOLS_A_CALL = 20
  -- Members of one score that are stepped over to find the place of one that is gone.
  local TIES = 10000
  local SORTED = { running = 'leases', scheduled = 'scheduled', blocked = 'blocked', input_required = 'asking' }
  local WAITS = { blocked = true, scheduled = true, ready = true }
  -- States whose tasks are found by their agent, see index.lua.
  local BY_AGENT = {
    blocked = true, scheduled = true, ready = true, input_required = true, failed = true, cancelled = true,
  }

  -- How many arguments a filter takes.
  look.FILTER = 5

  function look.filter(args, at)
    return { queue = args[at], kind = args[at + 1], tag = args[at + 2], agent = args[at + 3], parent = args[at + 4] }
  end

  local function agent_of(task)
    if WAITS[task.status] then return pinned_to(task.spec, task.pin) end
    return task.agent or task.spec.g
  end

  local function has_tag(spec, tag)
    return string.find(',' .. (spec.x or '') .. ',', ',' .. tag .. ',', 1, true) ~= nil
  end

  local function fits(task, status, filter)
    local spec = task.spec
    return task.status == status
      and (filter.queue == '' or task.queue == filter.queue)
      and (filter.kind == '' or spec.y == filter.kind)
      and (filter.tag == '' or has_tag(spec, filter.tag))
      and (filter.parent == '' or spec.o == filter.parent)
      and (filter.agent == '' or agent_of(task) == filter.agent)
  end

  local function offer(root, id, status, filter, sink)
    local task = stand(root, id)
    if task and fits(task, status, filter) then sink.take(task) end
  end

  -- Whether a member stands at the place or before it: the highest score first, of one score the last name; the other way
  -- round where the eldest come first.
  local function is_passed(source, place, id, score)
    if place == nil or tonumber(score) ~= place.score then return false end
    if source.eldest_first then return id <= place.id end
    return id >= place.id
  end

  local function from_scores(source, place, offset, bound)
    local least, most = source.least, source.most
    if source.eldest_first then
      return redis.call('ZRANGEBYSCORE', source.key, place and int(place.score) or least, most, 'WITHSCORES', 'LIMIT',
        int(offset), int(bound))
    end
    return redis.call('ZREVRANGEBYSCORE', source.key, place and int(place.score) or most, least, 'WITHSCORES', 'LIMIT',
      int(offset), int(bound))
  end

  -- Members behind a place, with their scores.
  local function behind(source, place, bound)
    if place and tonumber(redis.call('ZSCORE', source.key, place.id) or nil) == place.score then
      if source.eldest_first then
        local at = redis.call('ZRANK', source.key, place.id)
        return redis.call('ZRANGE', source.key, int(at + 1), int(at + bound), 'WITHSCORES')
      end
      local at = redis.call('ZREVRANK', source.key, place.id)
      return redis.call('ZREVRANGE', source.key, int(at + 1), int(at + bound), 'WITHSCORES')
    end
    local offset, found = 0, nil
    repeat
      found = from_scores(source, place, offset, bound)
      offset = offset + bound
    until #found < bound * 2 or offset > TIES or not is_passed(source, place, found[#found - 1], found[#found])
    return found
  end

  local function place_of(source, after)
    local score, id = string.match(after, '^(%d+) (%S+)$')
    if not score then return nil end
    local place = { score = tonumber(score), id = id }
    if not source.eldest_first and source.most ~= '+inf' and place.score > tonumber(source.most) then return nil end
    return place
  end

  -- Whether a score is that of another state.
  local function is_beyond(source, score)
    if source.least == '-inf' then return false end
    return score < tonumber(source.least) or score > tonumber(source.most)
  end

  local function walk_sorted(root, source, status, filter, after, bound, sink)
    local place = place_of(source, after)
    local found = behind(source, place, bound)
    for at = 1, #found, 2 do
      local id, score = found[at], found[at + 1]
      if is_beyond(source, tonumber(score)) then return '' end
      if not is_passed(source, place, id, score) then
        if sink.full() then return after end
        offer(root, id, status, filter, sink)
        after = score .. ' ' .. id
      end
    end
    return (#found < bound * 2 and not sink.full()) and '' or after
  end

  -- What an agent holds is bounded, and stands in no order: the newest first.
  local function walk_held(root, status, filter, after, bound, sink)
    local last = string.match(after, '^%d+ (%S+)$')
    local ids = redis.call('HKEYS', key_of.held_by(root, filter.agent))
    table.sort(ids, function(a, b) return a > b end)
    local looked = 0
    for _, id in ipairs(ids) do
      if id ~= 'w' and (not last or id < last) then
        if sink.full() or looked >= bound then return after end
        offer(root, id, status, filter, sink)
        looked, after = looked + 1, '0 ' .. id
      end
    end
    return ''
  end

  local function following(root, key, name)
    return redis.call('ZRANGEBYLEX', key, name == '' and '-' or '(' .. name, '+', 'LIMIT', 0, 1)[1]
  end

  -- The pool behind `pool`, '' for the first; of those that the filter leaves.
  local function following_pool(root, pool, filter)
    local queue, kind, rest = string.match(pool, '^([^@+]*)([@+]?)(.*)$')
    if pool == '' and filter.queue ~= '' then return filter.queue end
    local pinned = queue ~= '' and kind ~= '+' and following(root, key_of.pinned(root, queue), rest)
    if pinned then return queue .. '@' .. pinned end
    local waits = queue ~= '' and following(root, key_of.parking(root, queue), kind == '+' and rest or '')
    if waits then return queue .. '+' .. waits end
    return filter.queue == '' and following(root, root .. 'queues', queue) or nil
  end

  -- How far an element is searched from where it stood: towards the end of the list because later ones left, away from
  -- it because others came.
  local SHIFT_LEFT, SHIFT_CAME = 1000, 4000

  -- How many elements from the end lie behind us. The last one looked at tells: the list may have changed since. Where
  -- it is gone the list begins anew, since tasks that were seen may be shown twice, but none may be left out.
  local function offset_behind(root, list, offset, last)
    if offset == 0 then return 0 end
    local nearest = math.max(0, offset - SHIFT_LEFT)
    local window = lists.range(root, list, -offset - SHIFT_CAME, -nearest - 1)
    for at = #window, 1, -1 do
      if window[at] == last then return nearest + #window - at + 1 end
    end
    return 0
  end

  -- Returns how many elements were looked at, and the last of them.
  local function walk_list(root, list, filter, offset, bound, sink)
    local elements = lists.range(root, list, -offset - bound, -offset - 1)
    local looked, last = 0, '-'
    for at = #elements, 1, -1 do
      if sink.full() then break end
      looked, last = looked + 1, elements[at]
      local id, entry = split_element(last)
      local task = stand(root, id)
      if task and task.entry == entry and fits(task, 'ready', filter) then sink.take(task) end
    end
    return looked, last
  end

  -- The list a cursor names, or where that is gone the one behind it: special lists stand in the order of their names.
  local function list_number(root, found, name)
    if name == '-' then return 1 end
    for number, list in ipairs(found) do
      if string.sub(list.key, #root + 1) == name then return number end
    end
    for number, list in ipairs(found) do
      if list.member and string.sub(list.key, #root + 1) > name then return number end
    end
    return #found + 1
  end

  -- Ready tasks stand in lists. Goes on at `<pool> <list> <elements behind us> <the last of them>`.
  local function walk_ready(root, filter, after, bound, sink)
    local pool, name, offset, last = string.match(after, '^(%S+) (%S+) (%d+) (%S+)$')
    pool = pool or following_pool(root, '', filter)
    name, offset = name or '-', tonumber(offset or 0)
    local pools = 0
    while pool do
      local found = lists.of_pool(root, pool)
      for number = list_number(root, found, name), #found do
        local key, looked = found[number].key, nil
        offset = offset_behind(root, key, offset, last)
        looked, last = walk_list(root, key, filter, offset, bound, sink)
        offset, bound = offset + looked, bound - looked
        if sink.full() or bound <= 0 then
          return table.concat({ pool, string.sub(key, #root + 1), int(offset), last }, ' ')
        end
        offset = 0
      end
      pools, name, pool = pools + 1, '-', following_pool(root, pool, filter)
      if pool and pools >= POOLS_A_CALL then return pool .. ' - 0 -' end
    end
    return ''
  end

  -- Takes ready tasks off their lists instead, for who moves them on in the same call. Returns where to go on.
  local function take_ready(root, filter, after, bound, sink)
    local pool, pools = string.match(after, '^(%S+) %S+ %d+ %S+$') or following_pool(root, '', filter), 0
    while pool do
      for _, list in ipairs(lists.of_pool(root, pool)) do
        while bound > 0 and redis.call('EXISTS', list.key) == 1 do
          local count = math.min(bound, sink.want())
          if count <= 0 then return pool .. ' - 0 -' end
          bound = bound - lists.pop(root, list, count, sink.take)
        end
      end
      if bound <= 0 then return pool .. ' - 0 -' end
      pools, pool = pools + 1, following_pool(root, pool, filter)
      if pool and pools >= POOLS_A_CALL then return pool .. ' - 0 -' end
    end
    return ''
  end

  local function narrowest(keys, status)
    local best, fewest = nil, nil
    for _, key in ipairs(keys) do
      local count = #keys > 1 and index.count(key, status) or 0
      if not fewest or count < fewest then best, fewest = key, count end
    end
    return best
  end

  -- The sorted set in which the tasks of this state that fit are found; nil where there is none.
  local function source_of(root, status, filter)
    local keys = {}
    if filter.parent ~= '' then keys[#keys + 1] = key_of.index(root, 'p', filter.parent) end
    if filter.kind ~= '' then keys[#keys + 1] = key_of.index(root, 't', filter.kind) end
    if filter.tag ~= '' then keys[#keys + 1] = key_of.index(root, 'g', filter.tag) end
    if filter.queue ~= '' and index.is_rare[status] then keys[#keys + 1] = key_of.index(root, 'q', filter.queue) end
    if filter.agent ~= '' and BY_AGENT[status] then keys[#keys + 1] = key_of.index(root, 'a', filter.agent) end
    local key = narrowest(keys, status)
    if key then
      local least, most = index.range(status)
      return { key = key, least = int(least), most = int(most) }
    end
    if status == 'ready' or (status == 'running' and filter.agent ~= '') then return nil end
    return { key = SORTED[status] and root .. SORTED[status] or key_of.finished(root, status), least = '-inf', most = '+inf' }
  end

  -- Returns where to go on, '' at the end.
  --   moves  the sink moves every ready task on that it is given, and says with want() how many more it takes
  function look.stretch(root, status, filter, after, bound, sink, moves)
    local source = source_of(root, status, filter)
    if source then
      source.eldest_first = sink.eldest_first
      return walk_sorted(root, source, status, filter, after, bound, sink)
    end
    if status == 'running' then return walk_held(root, status, filter, after, bound, sink) end
    if moves then return take_ready(root, filter, after, bound, sink) end
    return walk_ready(root, filter, after, bound, sink)
  end

  -- The members of an attribute's set, of any state, behind a place: { id, score, … }, the highest first.
  function look.members(key, after, bound)
    local source = { key = key, least = '-inf', most = '+inf' }
    local place, members = place_of(source, after), {}
    local found = behind(source, place, bound)
    for at = 1, #found, 2 do
      if not is_passed(source, place, found[at], found[at + 1]) then
        members[#members + 1] = { id = found[at], place = found[at + 1] .. ' ' .. found[at] }
      end
    end
    return members, #found < bound * 2
  end
end
