-- task_trace: what the trace of a task has to know of attempts that end.
--
-- keys    root of the swarm
-- args    for each attempt: id, token
-- returns for each a line `<traceparent> <started_at> <attempt> <agent> <queue>`; empty where the task has no trace context
--         or the token is not that of its last attempt
-- fails   SWARMNOTFOUND
-- promise changes nothing; says the same before the attempt's outcome is applied and after it

-- The trace context is the last of what stands between the first line break of a spec and the second.
local TRACEPARENT = '"traceparent":"([%x-]+)"}$'

local function traceparent_of(root, id)
  local key, last = key_of.spec(root, id), 511
  while true do
    local text = redis.call('GETRANGE', key, '0', int(last))
    local header_end = string.find(text, '\n', 1, true)
    local extras_end = header_end and string.find(text, '\n', header_end + 1, true)
    if extras_end then return string.match(string.sub(text, header_end + 1, extras_end - 1), TRACEPARENT) end
    if #text <= last then return nil end
    last = last * 16
  end
end

local function trace_one(root, id, token)
  local s = redis.call('HMGET', key_of.state(root, id), 'tk', 'sa', 'at', 'ag', 'q', 'lt', 'lo')
  if s[1] ~= token then return '' end
  local traceparent = traceparent_of(root, id)
  if not traceparent then return '' end
  -- A release takes the attempt back that it ends, as a question to a person does.
  local taken_back = s[6] == token and (string.sub(s[7], 1, 1) == 'r' or string.match(s[7], '^[ib]:input_required'))
  local attempt = taken_back and tonumber(s[3]) + 1 or tonumber(s[3])
  return table.concat({ traceparent, s[2], int(attempt), s[4], s[5] or QUEUE_DEFAULT }, ' ')
end

local function task_trace(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  local reply = {}
  for at = 1, #args, 2 do
    reply[#reply + 1] = trace_one(root, args[at], args[at + 1])
  end
  return reply
end

register('task_trace', task_trace, { 'no-writes' })
