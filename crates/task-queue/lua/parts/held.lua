-- Whether a task is held under a lease token right now; behind an `@` it may name the agent that must be the holder.
-- Returns the task when it is; else nil and the answer to give:
--   NOTFOUND | LEASELOST <attempt> | replayed <status> [<run_at>]   (the same outcome was applied before)

local function held(root, id, token, now, kind)
  local at, holder = string.find(token, '@', 1, true), nil
  if at then token, holder = string.sub(token, 1, at - 1), string.sub(token, at + 1) end
  local key = key_of.state(root, id)
  local s = redis.call('HMGET', key, 'st', 'tk', 'ex', 'at', 'q', 'rt', 'cr', 'lt', 'lo', 'dd', 'wt', 'en', 'fe',
    'ag', 'sa', 'un', 'ph', 'fl')
  -- To whoever is bound to another agent the token is as good as none.
  if holder and s[1] == 'running' and holder ~= s[14] then token = nil end
  if s[1] == 'running' and s[2] == token and now < tonumber(s[3]) then
    return {
      id = id, key = key, token = token, expires = tonumber(s[3]), attempt = tonumber(s[4]),
      queue = s[5] or QUEUE_DEFAULT, retention = tonumber(s[6] or RETENTION_MS_DEFAULT),
      cancel = s[7] == '1', has_dedup = s[10] == '1', watched = s[11] == '1',
      entry = tonumber(s[12] or 0), fence = tonumber(s[13]), agent = s[14], started = tonumber(s[15]), pin = s[16],
      phases = s[17], flags = s[18],
    }
  end
  if kind and s[8] == token and string.sub(s[9], 1, 1) == kind then
    return nil, 'replayed ' .. string.gsub(string.sub(s[9], 3), ':', ' ')
  end
  if not s[1] and redis.call('EXISTS', key_of.spec(root, id)) == 0 then return nil, 'NOTFOUND' end
  return nil, 'LEASELOST ' .. (s[4] or 0)
end
