-- swarm_delete: closes a swarm for good.
--
-- keys    root of the swarm
-- args    -
-- returns 1
-- fails   SWARMNOTFOUND, DEFAULTSWARM
-- promise from now on there is no such swarm for any other function; its keys are taken away by swarm_clear. `default`
--         can be closed only where a restore into it broke off

local RESTORING = '2'

local function swarm_delete(keys, args)
  local root = keys[1]
  local key, is_default = root .. 'swarm', root == DEFAULT_ROOT
  local s = redis.call('HMGET', key, 'created_at', 'closed')
  local restoring = s[2] == RESTORING
  if s[2] and not restoring or not (s[1] or restoring or is_default) then return swarm_not_found() end
  if is_default and not restoring then return redis.error_reply('DEFAULTSWARM the default swarm cannot be deleted') end
  redis.call('HSET', key, 'closed', '1', 'closed_at', int(now_ms(root)))
  wake(root, 'g', '')
  return 1
end

register('swarm_delete', swarm_delete, { 'allow-oom' })
