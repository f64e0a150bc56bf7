-- keyspace_advance: notes how far a migration has come.
--
-- keys    root of the directory
-- args    number of the step, its name, the cursor it went on from ('' before its first run), the cursor it has reached,
--         whether it is done (0|1), version of the program
-- returns 1 when it is noted, 0 when the ledger stands elsewhere: somebody else has moved it
-- fails   -
-- promise the version rises by one, when the last run of a step is noted; a step in progress is seen as such by every
--         version of the program, and no other step begins meanwhile

local function keyspace_advance(keys, args)
  local key, step, name, from, to, done, by = keys[1] .. 'ledger', args[1], args[2], args[3], args[4], args[5], args[6]
  local now = string.format('%.0f', now_ms(keys[1]))
  local l = redis.call('HMGET', key, 'version', 'step', 'step_cursor')
  if tonumber(l[1] or 0) ~= tonumber(step) - 1 then return 0 end
  if l[2] and l[2] ~= step then return 0 end
  if (l[3] or '') ~= from then return 0 end
  if done == '1' then
    redis.call('HSET', key, 'version', step, 'done:' .. step, now .. ' ' .. by .. ' ' .. name)
    redis.call('HDEL', key, 'step', 'step_name', 'step_cursor', 'step_at', 'step_by')
  else
    redis.call('HSET', key, 'step', step, 'step_name', name, 'step_cursor', to, 'step_at', now, 'step_by', by)
  end
  return 1
end

register('keyspace_advance', keyspace_advance, { 'allow-oom' })
