-- snapshot_begin: closes an empty swarm, so that a snapshot can be restored into it.
--
-- keys    root of the swarm
-- args    the word of this restore, whether to look alone (1) or to close it (0)
-- returns 0 when the swarm is empty, 1 when it has rests of a restore that broke off, which have to be cleared first
-- fails   SWARMNOTFOUND, SWARMNOTEMPTY, SWARMCLOSED
-- promise of two restores one is refused; what nobody else may write is gone: counts and versions of what was there once

local RESTS = { 'totals', 'samples', 'versions', 'deleted', 'former', 'absent', 'expiring' }
local CONTENTS = { 'queues', 'agents', 'statekeys', 'mail' }

local function refusal(root, closed, silent)
  if closed == '1' then return swarm_not_found() end
  if closed then
    return not silent and redis.error_reply('SWARMCLOSED another snapshot is being restored') or nil
  end
  for _, name in ipairs(CONTENTS) do
    if redis.call('ZCARD', root .. name) > 0 then return redis.error_reply('SWARMNOTEMPTY it holds something') end
  end
  if redis.call('EXISTS', root .. 'schedules') == 1 then return redis.error_reply('SWARMNOTEMPTY it has schedules') end
end

local function snapshot_begin(keys, args)
  local root, word = keys[1], args[1]
  local now = now_ms(root)
  local s = redis.call('HMGET', root .. 'swarm', 'created_at', 'closed', 'restore_at', 'restore')
  if not (s[1] or root == DEFAULT_ROOT) then return swarm_not_found() end
  local silent = s[4] == word or now - tonumber(s[3] or 0) > RESTORE_SILENCE_MS
  local refused = refusal(root, s[2], silent)
  if refused then return refused end
  if args[2] == '1' then return 0 end
  redis.call('HSET', root .. 'swarm', 'closed', '2', 'restore', word, 'restore_at', int(now))
  if s[2] then return 1 end
  for _, name in ipairs(RESTS) do redis.call('UNLINK', root .. name) end
  return 0
end

register('snapshot_begin', snapshot_begin, {})
