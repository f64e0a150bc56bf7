-- swarm_pause: lets a swarm stand still, or go on.
--
-- keys    root of the swarm
-- args    whether it is to stand still (0|1)
-- returns what swarm_get returns
-- fails   SWARMNOTFOUND
-- promise while it stands still no claim gets a task; what is held is settled as ever; once it goes on it says since when

local function swarm_pause(keys, args)
  local root, pause = keys[1], args[1] == '1'
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  if swarm.paused ~= pause then
    local effects = new_effects(root, swarm, now_ms(root))
    if pause then
      redis.call('HSET', root .. 'swarm', 'paused', '1')
    else
      redis.call('HDEL', root .. 'swarm', 'paused')
      redis.call('HSET', root .. 'swarm', 'resumed', precise(effects.now))
      wake(root, 'p', '')
    end
    note(effects, pause and 'swarm.paused' or 'swarm.resumed')
    write_effects(effects)
  end
  return describe_swarm(root)
end

register('swarm_pause', swarm_pause, { 'allow-oom' })
