-- Tells the servers that something they may be waiting for has happened.
--   r <queue>   a list of ready tasks that was empty is so no more
--   p           the swarm goes on after a pause
--   g           the swarm is gone
--   o <id>      a task that somebody reads along has new output
--   f <id>      a task that somebody waits for has finished
--   c <agent>   an agent that held as many tasks as it may holds fewer
--   d <agent>   an agent drains, or does so no more
--   x <agent>   an agent was deleted
--   m <agent> … new messages are in their inboxes
--   b           tasks wait to be told of ends: see task_resolve
--   s <ms>      a task that has waited for others is due in so many milliseconds
--   v           a key of the state has changed
--   e           something happened, and somebody follows the events

local function wake(root, kind, what)
  redis.call('SPUBLISH', root .. 'wake', kind .. ' ' .. what)
end
