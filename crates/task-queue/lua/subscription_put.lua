-- subscription_put: subscribes an agent to a topic.
--
-- keys    root of the swarm
-- args    agent, topic
-- returns `ok`, also where it subscribes already; AGENTNOTFOUND or TOOMANYSUBSCRIPTIONS
-- fails   SWARMNOTFOUND
-- promise what is sent to the topic from now on reaches the agent's inbox

local function subscription_put(keys, args)
  local root, agent, topic = keys[1], args[1], args[2]
  if not swarm_exists(root) then return swarm_not_found() end
  if redis.call('EXISTS', key_of.agent(root, agent)) == 0 then return 'AGENTNOTFOUND' end
  local key = key_of.subscriptions(root, agent)
  if redis.call('SISMEMBER', key, topic) == 1 then return 'ok' end
  if redis.call('SCARD', key) >= SUBSCRIPTIONS then return 'TOOMANYSUBSCRIPTIONS' end
  redis.call('SADD', key, topic)
  redis.call('SADD', key_of.subscribers(root, topic), agent)
  return 'ok'
end

register('subscription_put', subscription_put, {})
