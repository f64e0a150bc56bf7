-- snapshot_deleted: reads which state keys were deleted, the oldest first.
--
-- keys    root of the swarm
-- args    version after which to begin, how many at most
-- returns keys and the versions of their deletions in turn
-- fails   SWARMNOTFOUND
-- promise changes nothing

local function snapshot_deleted(keys, args)
  local root = keys[1]
  if not swarm_exists(root) then return swarm_not_found() end
  local page = redis.call('ZRANGE', root .. 'deleted', '(' .. args[1], '+inf', 'BYSCORE', 'LIMIT', '0', args[2],
    'WITHSCORES')
  for at = 2, #page, 2 do page[at] = int(tonumber(page[at])) end
  return page
end

register('snapshot_deleted', snapshot_deleted, { 'no-writes' })
