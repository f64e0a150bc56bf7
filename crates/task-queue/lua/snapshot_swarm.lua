-- snapshot_swarm: reads what a snapshot says of the swarm itself.
--
-- keys    root of the swarm
-- args    -
-- returns { now, last version of its state or false, run id of the process that answers, what swarm_get returns }
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function snapshot_swarm(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  return {
    int(now_ms(root)), redis.call('GET', root .. 'sv'), string.match(redis.call('INFO', 'server'), 'run_id:(%x+)'),
    describe_swarm(root),
  }
end

register('snapshot_swarm', snapshot_swarm, { 'no-writes' })
