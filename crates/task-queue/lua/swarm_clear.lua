-- swarm_clear: takes keys of a swarm away that was deleted.
--
-- keys    root of the swarm
-- args    when it was closed, as an earlier call told ('' to ask); whether nothing else is left of it (0|1); names of
--         keys behind the root
-- returns { 'closed', when }, { 'open' } or { 'gone' }
-- fails   -
-- promise touches nothing but a swarm that was closed at that very time: not one that was made anew since. What says
--         that it is closed goes last, and only when nothing else is left

local CLOSED = '1'

local function swarm_clear(keys, args)
  local root = keys[1]
  local key = root .. 'swarm'
  local s = redis.call('HMGET', key, 'closed', 'closed_at')
  if s[1] ~= CLOSED then return { redis.call('EXISTS', key) == 1 and 'open' or 'gone' } end
  local when = s[2] or '0'
  if args[1] ~= when then return { 'closed', when } end
  local names = {}
  for at = 3, #args do
    if args[at] ~= 'swarm' then names[#names + 1] = root .. args[at] end
  end
  if #names > 0 then redis.call('UNLINK', unpack(names)) end
  if args[2] ~= '1' then return { 'closed', when } end
  redis.call('UNLINK', key)
  clock.forget(root)
  return { 'gone' }
end

register('swarm_clear', swarm_clear, { 'allow-oom' })
