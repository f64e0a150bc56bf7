-- Hands one task out under a new lease. Its token: the fence, 64 random bits of the claim, and the end of the task's
-- id, so that no two tasks of one claim share a token.

local ID_TAIL = 12

-- A claimed task as it is answered: { `<id> <attempt> <token> <expires_at> <started_at> <cancel requested 0|1>
-- <microseconds it was ready in a swarm that hands tasks out, or - when it was handed out before>`, spec [, outcome,
-- progress [, input]] }; a task that is held for the first time and from now on has neither outcome nor progress, one that
-- never asked a person has no input.
local function claimed_task(root, id, spec, attempt, token, expires, started, cancel, queued, has_past, flags)
  local head = table.concat({ id, attempt, token, expires, started, cancel, queued }, ' ')
  if not has_past then return { head, spec } end
  local task = { head, spec, redis.call('GET', key_of.outcome(root, id)), redis.call('GET', key_of.progress(root, id)) }
  if flagged.has(flags, 'q') then task[5] = redis.call('GET', key_of.input(root, id)) end
  return task
end

-- Returns the claimed task, or nil where the element is a tombstone, its deadline has passed or it finds no slot; notes it
-- with its claimer.
local function lease(root, element, claimer, effects)
  local id, entry = split_element(element)
  local text = redis.call('GET', key_of.spec(root, id))
  if not text then return nil end
  local key = key_of.state(root, id)
  local s = redis.call('HMGET', key, 'st', 'en', 'at', 'fe', 'ry', 'fl')
  if (s[1] and s[1] ~= 'ready') or tonumber(s[2] or 0) ~= entry then return nil end
  local spec = parse_header(text)
  local now = effects.now
  local attempt, fence = tonumber(s[3] or 0) + 1, tonumber(s[4] or 0) + 1
  local token = int(fence) .. '-' .. claimer.seed .. string.sub(id, -ID_TAIL)
  local expires, ends = now + (claimer.lease_ms or spec.l or LEASE_MS_DEFAULT), nil
  if s[6] then expires, ends = due.begin(spec, s[6], now, expires) end
  if expires <= now then
    due.fail(effects, stand(root, id), 'ready')
    return nil
  end
  if spec.k and not slots.take(effects, queue_of(spec), spec, id, entry) then return nil end
  expires = int(expires)
  local created = created_of(text)
  local fields = { 'st', 'running', 'at', int(attempt), 'fe', int(fence), 'ag', claimer.agent, 'tk', token, 'ex', expires,
    'sa', int(now), 'ph', created .. ' ' .. clock.micros }
  if spec.q then
    fields[#fields + 1] = 'q'
    fields[#fields + 1] = spec.q
  end
  if spec.r then
    fields[#fields + 1] = 'rt'
    fields[#fields + 1] = int(spec.r)
  end
  if ends then
    fields[#fields + 1] = 'to'
    fields[#fields + 1] = int(ends)
  end
  redis.call('HSET', key, unpack(fields))
  local leased, holds = effects.leased, claimer.seat.holds
  leased[#leased + 1] = expires
  leased[#leased + 1] = id
  holds[#holds + 1] = id
  holds[#holds + 1] = '1'
  if s[6] then follow(effects, { id = id, key = key, queue = queue_of(spec), spec = spec, flags = s[6] }, 'ready', 'running') end
  note_task(effects, 'task.claimed', id, queue_of(spec), claimer.agent, 'running', attempt)
  if claimer.claim_id ~= '' then
    claimer.held = claimer.held .. id .. ' ' .. token .. ';'
    claimer.longest = math.max(claimer.longest, tonumber(expires) - now)
  end
  local queued = since(now, math.max(tonumber(s[5] or created), effects.swarm.resumed))
  if s[6] then text = due.text(text, spec, s[6]) end
  return claimed_task(root, id, text, int(attempt), token, expires, int(now), '0', queued, fence > 1, s[6])
end
