-- A restore: the swarm is closed ('2' in `closed`) and belongs to whoever has the word in `restore`. `restore_at` is its
-- last sign of life: without one for RESTORE_SILENCE_MS another restore may begin instead.

-- Whether the swarm is being restored under this word; notes the sign of life.
local function restoring(root, word, now)
  local s = redis.call('HMGET', root .. 'swarm', 'closed', 'restore')
  if s[1] ~= '2' or s[2] ~= word then return false end
  redis.call('HSET', root .. 'swarm', 'restore_at', int(now))
  return true
end

-- Whether it was opened again at the end of the restore under this word.
local function was_restored(root, word) return redis.call('HGET', root .. 'swarm', 'restored') == word end

local function open_restored(root, word)
  redis.call('HDEL', root .. 'swarm', 'closed', 'restore', 'restore_at')
  redis.call('HSET', root .. 'swarm', 'restored', word)
end

-- The staging place of those that others wait for.
local AWAITED = '~'

-- Where the ids of ready tasks wait for their turn to enter a list.
local function staging_key(root, name) return root .. 'z:' .. name end
