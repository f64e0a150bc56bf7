-- Tells the servers that something they may be waiting for has happened.
--   r <queue>   a list of ready tasks that was empty is so no more
--   f <id>      a task that somebody waits for has finished

local function wake(root, kind, what)
  redis.call('SPUBLISH', root .. 'wake', kind .. ' ' .. what)
end
