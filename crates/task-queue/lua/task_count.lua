-- task_count: counts tasks by state.
--
-- keys    root of the swarm
-- args    what they are to fit: '' for all, or q queue, t type, g tag, p parent, a agent; and its value
-- returns how many are blocked, scheduled, ready, running, input_required, completed, failed, cancelled
-- fails   SWARMNOTFOUND
-- promise changes nothing; exact, and no task is looked at; what an agent has completed is not counted

local function count_queue(root, queue)
  local counts, flat = {}, redis.call('HGETALL', key_of.queue(root, queue))
  for at = 1, #flat, 2 do
    local from, to = string.match(flat[at], '^(.-)>(.*)$')
    if from then
      counts[from] = (counts[from] or 0) - tonumber(flat[at + 1])
      counts[to] = (counts[to] or 0) + tonumber(flat[at + 1])
    end
  end
  return counts
end

-- Ready tasks stand in no index of their own: they are what the others leave.
local function count_all(root)
  local counts = {
    running = redis.call('ZCARD', root .. 'leases'), scheduled = redis.call('ZCARD', root .. 'scheduled'),
    blocked = redis.call('ZCARD', root .. 'blocked'),
    input_required = redis.call('ZCARD', root .. 'asking'),
  }
  counts.ready = unfinished_tasks(root) - counts.running - counts.scheduled - counts.blocked - counts.input_required
  for _, status in ipairs({ 'completed', 'failed', 'cancelled' }) do
    counts[status] = redis.call('ZCARD', key_of.finished(root, status))
  end
  return counts
end

local function count_index(root, kind, value)
  local counts = {}
  for _, status in ipairs(index.states) do counts[status] = index.count(key_of.index(root, kind, value), status) end
  return counts
end

-- What it holds may have a mark beside it, see agent.lua.
local function count_agent(root, agent)
  local counts, held = count_index(root, 'a', agent), key_of.held_by(root, agent)
  counts.running = redis.call('HLEN', held) - redis.call('HEXISTS', held, 'w')
  return counts
end

local function task_count(keys, args)
  local root, kind, value = keys[1], args[1], args[2]
  if not swarm_exists(root) then return swarm_not_found() end
  local counts
  if kind == '' then
    counts = count_all(root)
  elseif kind == 'q' then
    counts = count_queue(root, value)
  elseif kind == 'a' then
    counts = count_agent(root, value)
  else
    counts = count_index(root, kind, value)
  end
  local reply = {}
  for at, status in ipairs(index.states) do reply[at] = math.max(0, counts[status] or 0) end
  return reply
end

register('task_count', task_count, { 'no-writes' })
