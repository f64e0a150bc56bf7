-- event_follow: says that somebody follows what happens in a swarm.
--
-- keys    root of the swarm
-- args    for how long, in milliseconds
-- returns milliseconds since the epoch until which every change publishes `e `
-- fails   SWARMNOTFOUND
-- promise never makes anybody else's time shorter; a swarm that nobody follows pays for no wake-ups

local function event_follow(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local until_ms = now_ms(root) + tonumber(args[1])
  if until_ms <= swarm.followed_until then return int(swarm.followed_until) end
  redis.call('HSET', root .. 'swarm', 'follow', int(until_ms))
  return int(until_ms)
end

register('event_follow', event_follow, { 'allow-oom' })
