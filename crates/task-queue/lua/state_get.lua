-- state_get: reads a key of the swarm's state.
--
-- keys    root of the swarm
-- args    key
-- returns the entry, or false where there is none
-- fails   SWARMNOTFOUND
-- promise changes nothing; what has expired is not there

local function state_get(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  local text = redis.call('GET', root .. 'v:' .. args[1])
  return text and parse_entry(text, now_ms(root)).live and text
end

register('state_get', state_get, { 'no-writes' })
