-- What was submitted, kept as it came and never changed:
--   <created_at>[,<run_at>] <header>\n<extras>\n<payload frame>
-- The header is JSON of this service's own making and holds what the functions need,
-- defaults left out; extras and payload are for Rust alone.

local HEADER_BYTES = 512
local HEADER_BYTES_MAX = 16384

local function parse_spec(text)
  local line = string.find(text, '\n', 1, true)
  local space = string.find(text, ' ', 1, true)
  local stamps = string.sub(text, 1, space - 1)
  local comma = string.find(stamps, ',', 1, true)
  local header = string.sub(text, space + 1, line - 1)
  local spec = header == '{}' and {} or cjson.decode(header)
  spec.run_at = comma and tonumber(string.sub(stamps, comma + 1)) or nil
  return spec
end

-- The header alone: the payload behind it may be large and is not touched.
local function read_header(root, id)
  local key = spec_key(root, id)
  local text = redis.call('GETRANGE', key, 0, HEADER_BYTES - 1)
  if text == '' then return nil end
  if not string.find(text, '\n', 1, true) then
    text = redis.call('GETRANGE', key, 0, HEADER_BYTES_MAX - 1)
  end
  return parse_spec(text)
end

local function queue_of(spec) return spec.q or QUEUE_DEFAULT end
