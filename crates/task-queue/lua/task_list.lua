-- task_list: reads a stretch of one state's tasks, the newest first within each list.
--
-- keys    root of the swarm
-- args    status, tasks wanted, tasks looked at, where to go on ('' at the start), then what they are to fit, '' where it
--         does not matter: queue, type, tag, agent, parent
-- returns { where to go on ('' at the end), record, … }
-- fails   SWARMNOTFOUND
-- promise looks at no more tasks than asked; a task that stands where it stood is not left out because others came,
--         or were claimed

-- Bytes of records one call returns, decompressed, one record over.
local LIST_BYTES = 4 * 1024 * 1024

local function records(root, reply, want)
  local bytes = 0
  return {
    full = function() return #reply > want or bytes >= LIST_BYTES end,
    take = function(task)
      local record = read_record(root, task.id)
      reply[#reply + 1] = record
      bytes = bytes + bytes_of_record(record[2], record[4], record[5], unpack(record[6] or {}))
    end,
  }
end

local function task_list(keys, args)
  local root, status, want, bound, after = keys[1], args[1], tonumber(args[2]), tonumber(args[3]), args[4]
  if not swarm_exists(root) then return swarm_not_found() end
  local reply = { '' }
  reply[1] = look.stretch(root, status, look.filter(args, 5), after, bound, records(root, reply, want))
  return reply
end

register('task_list', task_list, { 'no-writes' })
