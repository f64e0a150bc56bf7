-- How a task gets into the ready lists, and out of them other than by a claim.

-- At the end, or at the front when it had been taken before.
local function enter_ready(effects, task, spec, entry, front)
  local queue = queue_of(spec)
  if spec.k and slots.full(effects, queue, spec) then return slots.park(effects.root, queue, spec, task.id, entry) end
  enter_list(effects, task, spec, entry, front)
end

local remove_ready
do
  local TOMBSTONE_SEARCH = '1000'
  -- Tombstones that have come to stand at an end of their list.
  local TRIM = 16

  local function trim(root, list)
    for side, pop in pairs({ ['0'] = 'LPOP', ['-1'] = 'RPOP' }) do
      for _ = 1, TRIM do
        local element = redis.call('LINDEX', list.key, side)
        if not element or not is_dead(root, element) then break end
        local head = redis.call('LINDEX', list.key, '0')
        redis.call(pop, list.key)
        left_list(root, list, element, head)
      end
    end
  end

  local function remove_from(key, element)
    if redis.call('LPOS', key, element, 'MAXLEN', TOMBSTONE_SEARCH) then
      return redis.call('LREM', key, 1, element) == 1
    elseif redis.call('LPOS', key, element, 'RANK', -1, 'MAXLEN', TOMBSTONE_SEARCH) then
      return redis.call('LREM', key, -1, element) == 1
    end
  end

  local function remove_parked(root, task, element)
    local key = key_of.parked(root, task.queue, task.spec.k)
    if redis.call('ZREM', key, element) == 0 then return false end
    slots.note_if_over(root, task.queue, task.spec.k)
    return true
  end

  -- Takes a ready task out of its list where it stands near either end; further inside its element is left as a
  -- tombstone: no search without a bound. A claim steps over it, and a cancel takes away those that have come to stand
  -- at an end.
  remove_ready = function(effects, task)
    local root, element = effects.root, element_of(task.id, task.entry)
    if task.spec.k and remove_parked(root, task, element) then return end
    local list = ready_list(root, task.spec, task.pin)
    local key = turns.key(effects, task.queue, task.spec)
    local turn = key and element .. '~' .. key
    local head = redis.call('LINDEX', list.key, '0') or nil
    if remove_from(list.key, element) then
      rank(root, list, head)
    elseif turn and remove_from(list.key, turn) then
      left_list(root, list, turn, head)
    elseif turn then
      local backlog = key_of.backlog(root, list.key, key)
      remove_from(backlog, turn)
      note_if_over(root, task.queue, backlog)
    end
    trim(root, list)
  end
end
