-- swarm_page: reads a stretch of the directory.
--
-- keys    root of the directory
-- args    name after which to begin ('' for the start), how many at most
-- returns names in their order
-- fails   -
-- promise changes nothing

local function swarm_page(keys, args)
  local from = args[1] == '' and '-' or '(' .. args[1]
  return redis.call('ZRANGEBYLEX', keys[1] .. 'swarms', from, '+', 'LIMIT', 0, tonumber(args[2]))
end

register('swarm_page', swarm_page, { 'no-writes' })
