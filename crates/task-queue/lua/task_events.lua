-- task_events: looks for what has happened to one task.
--
-- keys    root of the swarm
-- args    id; where to begin: `<id>` at an entry of the stream, `(<id>` behind it, '' with the task's creation;
--         milliseconds since the epoch to begin with where there is no such task; entries looked at
-- returns { the task is there (0|1), id of the last entry looked at ('' at the end), id, entry, … }
-- fails   SWARMNOTFOUND
-- promise changes nothing; looks at no more entries than asked; other tasks' changes of the same call are in the entries

-- An entry's id is as old as its call, and its changes may be stamped a moment later.
local MARGIN_MS = 1000

local function began(root, id, guess)
  local _, header = read_header(root, id)
  if not header then return false, tonumber(guess) end
  return true, tonumber(string.match(header, '^%d+'))
end

local function task_events(keys, args)
  local root, id, from, look = keys[1], args[1], args[2], tonumber(args[4])
  if not swarm_exists(root) then return swarm_not_found() end
  local there, created_at = began(root, id, args[3])
  if from == '' then from = int(math.max(created_at - MARGIN_MS, 0)) end
  local entries = redis.call('XRANGE', root .. 'events', from, '+', 'COUNT', int(look + 1))
  local reply = { there and 1 or 0, entries[look + 1] and entries[look][1] or '' }
  for at = 1, math.min(look, #entries) do
    local entry = entries[at][2][2]
    if string.find(entry, '\tt' .. id, 1, true) then
      reply[#reply + 1] = entries[at][1]
      reply[#reply + 1] = entry
    end
  end
  return reply
end

register('task_events', task_events, { 'no-writes' })
