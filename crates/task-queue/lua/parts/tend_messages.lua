-- Keeps inboxes in order: messages that nobody acknowledged in time go.

-- Returns how many things were done, at most n, and when the next one is due.
local function tend_messages(effects, n)
  local done = expire_messages(effects, n)
  local following = redis.call('ZRANGE', effects.root .. 'mail', '0', '0', 'WITHSCORES')
  return done, tonumber(following[2])
end
