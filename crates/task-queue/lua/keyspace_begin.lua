-- keyspace_begin: writes the version of a key space that has none yet.
--
-- keys    root of the directory
-- args    version
-- returns the version that stands
-- fails   -
-- promise a version that is there is not changed

local function keyspace_begin(keys, args)
  local key = keys[1] .. 'ledger'
  redis.call('HSETNX', key, 'version', args[1])
  return redis.call('HGET', key, 'version')
end

register('keyspace_begin', keyspace_begin, {})
