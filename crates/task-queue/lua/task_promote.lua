-- task_promote: makes scheduled tasks ready whose time has come.
--
-- keys    root of the swarm
-- args    how many at most
-- returns { tasks made ready, milliseconds until the next one ('' when none is scheduled) }
-- fails   -
-- promise tasks become ready in the order of their times; several servers may sweep at once

local function promote_one(root, effects, id)
  local task = stand(root, id)
  redis.call('ZREM', root .. 'scheduled', id)
  if not task then return end
  local entry = task.entry + 1
  redis.call('HSET', task.key, 'st', 'ready', 'en', int(entry), 'ry', precise(effects.now))
  moved(effects, task, 'scheduled', 'ready')
  enter_ready(effects, task, task.spec, entry, false)
  note_task(effects, 'task.ready', id, task.queue, nil, 'ready', task.attempt)
end

local function task_promote(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return { 0, '' } end
  local now = now_ms(root)
  local effects = new_effects(root, swarm, now)
  local due = redis.call('ZRANGEBYSCORE', root .. 'scheduled', '-inf', now, 'LIMIT', 0, tonumber(args[1]))
  for _, id in ipairs(due) do promote_one(root, effects, id) end
  write_effects(effects)
  local following = redis.call('ZRANGE', root .. 'scheduled', 0, 0, 'WITHSCORES')
  return { #due, following[2] and int(tonumber(following[2]) - now) or '' }
end

register('task_promote', task_promote, { 'allow-oom' })
