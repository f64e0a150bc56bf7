-- access_check: tells what whoever calls it may not do.
--
-- keys    -
-- args    a name that keys and channels may have, commands such as hset and client|kill
-- returns the commands that Redis does not allow to this user, or not on that name
-- fails   -
-- promise runs none of them; a command that this Redis does not know is not missing

-- What stands before the name; the others take it where they take a key or a channel.
local BEFORE = { fcall = { '-', '1' }, fcall_ro = { '-', '1' }, lmpop = { '1' } }

local function access_check(keys, args)
  local missing = {}
  for at = 2, #args do
    local words = {}
    for word in string.gmatch(args[at], '[^|]+') do words[#words + 1] = word end
    for _, word in ipairs(BEFORE[args[at]] or {}) do words[#words + 1] = word end
    -- Twice: some have two keys.
    words[#words + 1], words[#words + 2] = args[1], args[1]
    local known, allowed = pcall(redis.acl_check_cmd, unpack(words))
    if known and not allowed then missing[#missing + 1] = args[at] end
  end
  return missing
end

register('access_check', access_check, { 'no-writes' })
