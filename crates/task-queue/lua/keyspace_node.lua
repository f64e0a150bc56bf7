-- keyspace_node: tells which Redis process answers for a root.
--
-- keys    any root
-- args    -
-- returns the run id of the process
-- fails   -
-- promise changes nothing

local function keyspace_node(keys, args)
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end

register('keyspace_node', keyspace_node, { 'no-writes' })
