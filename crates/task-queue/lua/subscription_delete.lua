-- subscription_delete: ends an agent's subscription to a topic.
--
-- keys    root of the swarm
-- args    agent, topic
-- returns `ok`, also where it does not subscribe; or AGENTNOTFOUND
-- fails   SWARMNOTFOUND
-- promise messages that are in the inbox stay there

local function subscription_delete(keys, args)
  local root, agent, topic = keys[1], args[1], args[2]
  if not swarm_exists(root) then return swarm_not_found() end
  if redis.call('EXISTS', key_of.agent(root, agent)) == 0 then return 'AGENTNOTFOUND' end
  redis.call('SREM', key_of.subscriptions(root, agent), topic)
  redis.call('SREM', key_of.subscribers(root, topic), agent)
  return 'ok'
end

register('subscription_delete', subscription_delete, { 'allow-oom' })
