-- Where a task stands that may never have been touched since its submit.

local function stand(root, id)
  local spec, text = read_header(root, id)
  if not spec then return nil end
  local key = key_of.state(root, id)
  local s = redis.call('HMGET', key, 'st', 'en', 'dd', 'wt', 'at', 'un', 'ag', 'fl')
  return {
    id = id, key = key, spec = spec, queue = queue_of(spec), retention = spec.r or RETENTION_MS_DEFAULT,
    status = s[1] or (was_scheduled(text) and 'scheduled' or 'ready'),
    entry = tonumber(s[2] or 0), has_dedup = s[3] == '1', watched = s[4] == '1', attempt = tonumber(s[5] or 0),
    pin = s[6], agent = s[7], flags = s[8],
  }
end
