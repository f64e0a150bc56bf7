-- keyspace_ledger: reads what the ledger says of the key space.
--
-- keys    root of the directory
-- args    -
-- returns { version, number of the step in progress, its cursor }, each false where there is none
-- fails   -
-- promise changes nothing

local function keyspace_ledger(keys, args)
  return redis.call('HMGET', keys[1] .. 'ledger', 'version', 'step', 'step_cursor')
end

register('keyspace_ledger', keyspace_ledger, { 'no-writes' })
