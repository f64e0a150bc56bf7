-- audit_read: reads a stretch of a list, a set, a sorted set or a hash, the first line of a string, the length of a stream.
--
-- keys    root
-- args    name of the key behind its root, where to go on ('0' at the start), how many elements or bytes at most
-- returns { where to go on ('' at the end), element, … }; of a sorted set members and scores in turn, of a hash fields
--         and values; of a string as much of its first line as is asked for
-- fails   -
-- promise changes nothing; of a key that changes meanwhile elements may be missed or seen twice

local SCANS = { set = 'SSCAN', hash = 'HSCAN' }

local function audit_read(keys, args)
  local key, from, count = keys[1] .. args[1], args[2], tonumber(args[3])
  local kind = redis.call('TYPE', key).ok
  local reply, after, found = { '' }, '', {}
  if SCANS[kind] then
    local page = redis.call(SCANS[kind], key, from, 'COUNT', count)
    after, found = page[1] == '0' and '' or page[1], page[2]
  elseif kind == 'list' then
    found = redis.call('LRANGE', key, from, from + count - 1)
    after = #found == count and string.format('%.0f', from + count) or ''
  elseif kind == 'zset' then
    found = redis.call('ZRANGE', key, from, from + count - 1, 'WITHSCORES')
    after = #found == count * 2 and string.format('%.0f', from + count) or ''
  elseif kind == 'string' then
    found = { string.match(redis.call('GETRANGE', key, '0', count - 1), '^[^\n]*') }
  elseif kind == 'stream' then
    found = { tostring(redis.call('XLEN', key)) }
  end
  reply[1] = after
  for _, item in ipairs(found) do reply[#reply + 1] = item end
  return reply
end

register('audit_read', audit_read, { 'no-writes' })
