-- keyspace_begin: writes the version of a key space that has none yet.
--
-- keys    root of the directory
-- args    version, version of the program
-- returns the version that stands
-- fails   -
-- promise a version that is there is not changed

local function keyspace_begin(keys, args)
  local key = keys[1] .. 'ledger'
  if redis.call('HSETNX', key, 'version', args[1]) == 1 then
    redis.call('HSET', key, 'begun_at', now_ms(keys[1]), 'begun_by', args[2])
  end
  return redis.call('HGET', key, 'version')
end

register('keyspace_begin', keyspace_begin, {})
