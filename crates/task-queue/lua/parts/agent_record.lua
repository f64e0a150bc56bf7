-- An agent as it is answered.

-- Presence ends by the clock, whether or not that has been noticed yet.
local function status_of(lost, draining, expires, now)
  if lost == '1' or tonumber(expires) <= now then return 'lost' end
  return draining == '1' and 'draining' or 'live'
end

-- { name, status, capacity, capabilities, time to live, metadata, inbox limit, registered at, last seen at, completed,
-- failed, run out, time worked, tasks held, messages in its inbox, tokens, usd_micros and wall_ms its tasks have used up };
-- false where there is none
local function agent_record(root, name, now)
  local a = redis.call('HMGET', key_of.agent(root, name), 'ca', 'cb', 'tt', 'md', 'il', 'ra', 'ls', 'ok', 'ko', 'ex', 'ms',
    'lo', 'dr', 'xp', 'ut', 'uu', 'uw')
  if not a[1] then return false end
  local held = key_of.held_by(root, name)
  local holds = redis.call('HLEN', held) - redis.call('HEXISTS', held, 'w')
  return {
    name, status_of(a[12], a[13], a[14], now), a[1], a[2], a[3], a[4], a[5], a[6], a[7],
    a[8] or '0', a[9] or '0', a[10] or '0', a[11] or '0', holds, redis.call('ZCARD', key_of.inbox(root, name)),
    a[15] or '0', a[16] or '0', a[17] or '0',
  }
end
