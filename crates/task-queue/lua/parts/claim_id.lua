-- A claim that names itself is answered alike when it is asked again: with the tasks it was given
-- and still holds. The memory is a list of `id token` pairs.

local function recall(root, claimer, now)
  local remembered = redis.call('GET', key_of.claim_id(root, claimer.agent, claimer.claim_id))
  if not remembered then return end
  for id, token in string.gmatch(remembered, '(%S+) (%S+);') do
    local s = redis.call('HMGET', key_of.state(root, id), 'st', 'tk', 'ex', 'at', 'sa', 'cr', 'fl')
    if s[1] == 'running' and s[2] == token and now < clock.end_of(root, tonumber(s[3]), tonumber(s[5])) then
      local spec = redis.call('GET', key_of.spec(root, id))
      if s[7] then spec = due.text(spec, parse_header(spec), s[7]) end
      claimer.tasks[#claimer.tasks + 1] =
        claimed_task(root, id, spec, s[4], token, s[3], s[5], s[6] or '0', '-', true, s[7])
    end
  end
  if #claimer.tasks > 0 then claimer.want = 0 end
end

-- The same claim may also come twice in one call, when its client hung up and asked again before that was noticed:
-- both are answered with the same tasks.
local function know_again(root, known, claimer, now)
  local name = claimer.agent .. '/' .. claimer.claim_id
  local first = known[name]
  if first then
    claimer.tasks, claimer.want = first.tasks, 0
    return
  end
  known[name] = claimer
  recall(root, claimer, now)
end

local function remember(root, claimer)
  redis.call('SET', key_of.claim_id(root, claimer.agent, claimer.claim_id), claimer.held, 'PX', int(claimer.longest))
end
