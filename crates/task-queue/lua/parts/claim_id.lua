-- A claim that names itself is answered alike when it is asked again: with the tasks it was given
-- and still holds. The memory is a list of `id token` pairs.

local function recall(root, claimer, now)
  local remembered = redis.call('GET', claim_id_key(root, claimer.agent, claimer.claim_id))
  if not remembered then return end
  for id, token in string.gmatch(remembered, '(%S+) (%S+);') do
    local s = redis.call('HMGET', state_key(root, id), 'st', 'tk', 'ex', 'at', 'sa')
    if s[1] == 'running' and s[2] == token and now < tonumber(s[3]) then
      claimer.tasks[#claimer.tasks + 1] = {
        id, redis.call('GET', spec_key(root, id)), tonumber(s[4]), token, tonumber(s[3]), tonumber(s[5]),
        redis.call('GET', outcome_key(root, id)), redis.call('GET', progress_key(root, id)),
      }
    end
  end
  if #claimer.tasks > 0 then claimer.want = 0 end
end

local function remember(root, claimer, now)
  local text, longest = '', CLAIM_ID_MS
  for _, task in ipairs(claimer.tasks) do
    text = text .. task[1] .. ' ' .. task[4] .. ';'
    longest = math.max(longest, task[5] - now)
  end
  redis.call('SET', claim_id_key(root, claimer.agent, claimer.claim_id), text, 'PX', longest)
end
