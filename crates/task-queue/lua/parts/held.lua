-- Whether a task is held under a lease token right now; behind an `@` it may name the agent that must be the holder.
-- Returns the task when it is; else nil and the answer to give:
--   NOTFOUND | LEASELOST <attempt> | replayed <status> [<run_at>]   (the same outcome was applied before)

local held
do
  -- The answer for a task that is not held: whoever is refused pays for looking closer.
  local function why_not_held(root, id, token, kind, status, attempt)
    local last = redis.call('HMGET', key_of.state(root, id), 'lt', 'lo')
    if kind and last[1] == token and string.sub(last[2], 1, 1) == kind then
      return 'replayed ' .. string.gsub(string.sub(last[2], 3), ':', ' ')
    end
    if not status and redis.call('EXISTS', key_of.spec(root, id)) == 0 then return 'NOTFOUND' end
    return 'LEASELOST ' .. (attempt or 0)
  end

  held = function(root, id, token, now, kind)
    local at, holder = string.find(token, '@', 1, true), nil
    if at then token, holder = string.sub(token, 1, at - 1), string.sub(token, at + 1) end
    local key = key_of.state(root, id)
    local s = redis.call('HMGET', key, 'st', 'tk', 'ex', 'at', 'q', 'rt', 'cr', 'dd', 'wt', 'en', 'fe', 'ag', 'sa', 'un',
      'ph', 'fl')
    -- To whoever is bound to another agent the token is as good as none.
    if holder and s[1] == 'running' and holder ~= s[12] then token = nil end
    if s[1] ~= 'running' or s[2] ~= token or now >= tonumber(s[3]) then
      local goes_on = s[1] == 'running' and s[2] == token and now < clock.end_of(root, tonumber(s[3]), tonumber(s[13]), s[12])
      if not goes_on then return nil, why_not_held(root, id, token, kind, s[1], s[4]) end
    end
    -- Sixteen fields at most: one more doubles the room that a table takes.
    local task = {
      id = id, key = key, token = token, expires = tonumber(s[3]), attempt = tonumber(s[4]),
      queue = s[5] or QUEUE_DEFAULT, retention = tonumber(s[6] or RETENTION_MS_DEFAULT),
      cancel = s[7] == '1', has_dedup = s[8] == '1', watched = s[9] == '1',
      entry = tonumber(s[10] or 0), fence = tonumber(s[11]), agent = s[12], started = tonumber(s[13]), phases = s[15],
    }
    if s[14] then task.pin = s[14] end
    if s[16] then task.flags = s[16] end
    return task
  end
end
