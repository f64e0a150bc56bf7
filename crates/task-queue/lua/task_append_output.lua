-- task_append_output: keeps a chunk of what a holder streams.
--
-- keys    root of the swarm
-- args    id, token, frame of the chunk
-- returns `ok <number of the chunk>`, `LEASELOST <attempt>` or `NOTFOUND`
-- fails   SWARMNOTFOUND
-- promise numbers rise by one, over all attempts; of what is kept the eldest goes where there is too much; who waits for
--         output of this task is told by `o <id>`

local function task_append_output(keys, args)
  local root, id, token = keys[1], args[1], args[2]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local now = now_ms(root)
  local task, answer = held(root, id, token, now, nil)
  if not task then return answer end
  local key = key_of.output(root, id)
  local last, bytes, waited = output.parse(redis.call('LPOP', key))
  local chunk = int(last + 1) .. ' ' .. int(task.attempt) .. ' ' .. int(now) .. '\n' .. args[3]
  local chunks = redis.call('RPUSH', key, chunk)
  bytes = bytes + #chunk
  while chunks > OUTPUT_CHUNKS or bytes > OUTPUT_BYTES do
    chunks, bytes = chunks - 1, bytes - #redis.call('LPOP', key)
  end
  redis.call('LPUSH', key, output.head(last + 1, bytes, false))
  if waited then wake(root, 'o', id) end
  return 'ok ' .. int(last + 1)
end

register('task_append_output', task_append_output, {})
