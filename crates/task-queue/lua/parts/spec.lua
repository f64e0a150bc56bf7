-- What was submitted, kept as it came and never changed:
--   <created_at>.<microseconds>[,<run_at>] <header>\n<extras>\n<payload frame>
-- The header is JSON of this service's own making and holds what the functions need,
-- defaults left out; extras and payload are for Rust alone.

-- The last byte read of a header, and of one that turned out to be longer.
local HEADER_END = '511'
local HEADER_END_MAX = '16383'

-- Most tasks have a header of nothing but defaults: they share one table, which nobody may change.
local ALL_DEFAULTS = {}

local function parse_header(text)
  local space = string.find(text, ' ', 1, true)
  if string.sub(text, space + 1, space + 3) == '{}\n' then return ALL_DEFAULTS end
  return cjson.decode(string.sub(text, space + 1, string.find(text, '\n', space, true) - 1))
end

-- Whether it was submitted for a later time.
local function was_scheduled(text)
  local comma = string.find(text, ',', 1, true)
  return comma ~= nil and comma < string.find(text, ' ', 1, true)
end

-- The header alone, and the text it was read from: the payload behind it may be large and is not touched.
local function read_header(root, id)
  local key = key_of.spec(root, id)
  local text = redis.call('GETRANGE', key, '0', HEADER_END)
  if text == '' then return nil end
  if not string.find(text, '\n', 1, true) then
    text = redis.call('GETRANGE', key, '0', HEADER_END_MAX)
  end
  return parse_header(text), text
end

local function queue_of(spec) return spec.q or QUEUE_DEFAULT end

-- Milliseconds of an id, below 2^42: ids of version 7 begin with their time, and one that was made elsewhere may say any.
local AGES = 2 ^ 42
local function made_at(id)
  return math.min(tonumber(string.sub(id, 1, 8) .. string.sub(id, 10, 13), 16), AGES - 1)
end

-- Whom a task is pinned to: the agent its spec names, unless `pin`, the field `un` of its state, says otherwise: `@agent`
-- it was assigned to, or `1` anybody, since its agent was lost.
local function pinned_to(spec, pin)
  if not pin then return spec.g end
  return pin ~= '1' and string.sub(pin, 2) or nil
end
