-- audit_tasks: reads what the audit needs to know of tasks.
--
-- keys    root of the swarm
-- args    ids
-- returns for each: { first line of the spec ('' where there is none), field of the state, value, … }; of one whose
--         lease has not ended also whether its agent is registered, as field `@known`, and holds it, as field `@held`
-- fails   -
-- promise changes nothing; each task is read at one instant

local function first_line(root, id)
  local text = ''
  for _, last in ipairs({ HEADER_END, HEADER_END_MAX }) do
    text = redis.call('GETRANGE', key_of.spec(root, id), '0', last)
    local line = string.find(text, '\n', 1, true)
    if line then return string.sub(text, 1, line - 1) end
  end
  return text
end

-- What is said elsewhere of who holds the task. An agent that was deleted may have left a task whose lease has ended to
-- the reaper.
local function add_holder(root, id, task, now)
  local s = redis.call('HMGET', key_of.state(root, id), 'st', 'ag', 'ex')
  if s[1] ~= 'running' or not s[2] or (tonumber(s[3]) or 0) <= now then return end
  task[#task + 1] = '@known'
  task[#task + 1] = redis.call('EXISTS', key_of.agent(root, s[2])) == 1 and '1' or '0'
  task[#task + 1] = '@held'
  task[#task + 1] = redis.pcall('HGET', key_of.held_by(root, s[2]), id) == '1' and '1' or '0'
end

local function audit_tasks(keys, args)
  local root, reply, now = keys[1], {}, now_ms(keys[1])
  for _, id in ipairs(args) do
    local task = redis.call('HGETALL', key_of.state(root, id))
    add_holder(root, id, task, now)
    table.insert(task, 1, first_line(root, id))
    reply[#reply + 1] = task
  end
  return reply
end

register('audit_tasks', audit_tasks, { 'no-writes' })
