-- snapshot_agents: reads agents for a snapshot, in the order of their names.
--
-- keys    root of the swarm
-- args    name after which to begin ('' for the start), how many at most
-- returns for each: { name, { field, value, … }, topics it subscribes to }
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function snapshot_agents(keys, args)
  local root, from = keys[1], args[1] == '' and '-' or '(' .. args[1]
  if not swarm_exists(root) then return swarm_not_found() end
  local reply = {}
  for _, name in ipairs(redis.call('ZRANGEBYLEX', root .. 'agents', from, '+', 'LIMIT', '0', args[2])) do
    reply[#reply + 1] = {
      name, redis.call('HGETALL', key_of.agent(root, name)), redis.call('SMEMBERS', key_of.subscriptions(root, name)),
    }
  end
  return reply
end

register('snapshot_agents', snapshot_agents, { 'no-writes' })
