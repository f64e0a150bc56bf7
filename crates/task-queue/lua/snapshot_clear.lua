-- snapshot_clear: removes what a restore has written that is not to be finished.
--
-- keys    root of the swarm
-- args    the word of the restore, whether that was all (0|1), names of keys behind the root
-- returns 1
-- fails   SWARMNOTFOUND
-- promise what is said of the swarm stays, and its events; when that was all, the swarm is open again

local KEPT = { swarm = true, events = true, clock = true }

local function snapshot_clear(keys, args)
  local root = keys[1]
  if args[2] == '1' and was_restored(root, args[1]) then return 1 end
  if not restoring(root, args[1], now_ms(root)) then return swarm_not_found() end
  for at = 3, #args do
    if not KEPT[args[at]] then redis.call('UNLINK', root .. args[at]) end
  end
  if args[2] == '1' then open_restored(root, args[1]) end
  return 1
end

register('snapshot_clear', snapshot_clear, { 'allow-oom' })
