-- The memory of a request under its idempotency key: the digest of its body, then the reply.

local function memory_key(root, key) return root .. 'i:' .. key end

-- The reply to an earlier request under this key, with 1 as its first element; or nil and a refusal where that had
-- another body; nothing where there was none, or no key.
local function replay(root, key, digest)
  if key == '' then return end
  local before = redis.call('GET', memory_key(root, key))
  if not before then return end
  if string.sub(before, 1, #digest) ~= digest then
    return nil, redis.error_reply('IDEMPOTENCYMISMATCH the key was used with another body')
  end
  local reply = cmsgpack.unpack(string.sub(before, #digest + 1))
  reply[1] = 1
  return reply
end

local function keep_reply(root, key, digest, reply)
  if key == '' then return end
  redis.call('SET', memory_key(root, key), digest .. cmsgpack.pack(reply), 'PX', int(IDEMPOTENCY_MS))
end
