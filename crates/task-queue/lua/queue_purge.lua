-- queue_purge: deletes a stretch of a queue's waiting tasks.
--
-- keys    root of the swarm
-- args    queue, tasks deleted at most, scheduled tasks looked at, where to go on among those ('' at the start)
-- returns { 1 when there is more, where to go on, tasks deleted }
-- fails   SWARMNOTFOUND
-- promise ready, blocked and scheduled tasks go; running and finished ones stay, and so does one that waits for a person

local function scheduled_in(root, queue)
  local counts = 0
  local flat = redis.call('HGETALL', key_of.queue(root, queue))
  for at = 1, #flat, 2 do
    local from, to = string.match(flat[at], '^(.-)>(.*)$')
    if to == 'scheduled' then counts = counts + tonumber(flat[at + 1]) end
    if from == 'scheduled' then counts = counts - tonumber(flat[at + 1]) end
  end
  return counts
end

local function queue_purge(keys, args)
  local root, queue, left, bound, after = keys[1], args[1], tonumber(args[2]), tonumber(args[3]), args[4]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local effects = new_effects(root, swarm, now_ms(root))
  local filter = { queue = queue, kind = '', tag = '', agent = '', parent = '' }
  local purged, found, load = 0, {}, act.load()
  local function delete(task)
    if act.delete(effects, task) then purged, left = purged + 1, left - 1 end
  end
  local sink = {
    full = function() return left - #found <= 0 or load.is_full() end,
    want = function() return math.min(left, load.room()) end,
    take = function(task)
      load.add(task)
      if task.is_taken then delete(task) else found[#found + 1] = task end
    end,
  }
  local function sweep(status, from)
    local place = look.stretch(root, status, filter, from, bound, sink, true)
    local those = found
    found = {}
    for _, task in ipairs(those) do delete(task) end
    return place
  end
  local more = sweep('ready', '') ~= ''
  if left > 0 and not load.is_full() then more = sweep('blocked', '') ~= '' or more end
  if load.is_full() then
    more = true
  elseif left > 0 and not more and scheduled_in(root, queue) > 0 then
    after = sweep('scheduled', after)
    more = after ~= ''
  elseif left <= 0 then
    more = true
  end
  write_effects(effects)
  forget.queues(effects)
  return { more and 1 or 0, after, purged }
end

register('queue_purge', queue_purge, { 'allow-oom' })
