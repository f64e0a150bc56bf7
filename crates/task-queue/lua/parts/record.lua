-- A task as it is stored: { id, spec, { field, value, … }, outcome, progress [, { flag, what goes with it, … }] }, or false.

local read_record, bytes_of_record, bytes_of_frame
do
  -- Bytes that the frame that begins there yields: a compressed one announces them, lowest byte first.
  bytes_of_frame = function(text, from)
    local kind, a, b, c, d = string.byte(text, from, from + 4)
    return kind == 1 and d and a + b * 256 + c * 65536 + d * 16777216 or #text - from + 1
  end

  -- What is read along with a task that has a flag, by its letter, as function(root, id): a text.
  local recorded = {
    q = function(root, id) return redis.call('GET', key_of.input(root, id)) or '' end,
    u = function(root, id) return used.told(root, id) end,
  }

  local function read_flagged(root, id, flags)
    local flat = {}
    for letter in string.gmatch(flags, '.') do
      if recorded[letter] then
        flat[#flat + 1] = letter
        flat[#flat + 1] = recorded[letter](root, id)
      end
    end
    return flat
  end

  read_record = function(root, id)
    local spec = redis.call('GET', key_of.spec(root, id))
    if not spec then return false end
    local state = redis.call('HGETALL', key_of.state(root, id))
    local record = {
      id, spec, state, redis.call('GET', key_of.outcome(root, id)), redis.call('GET', key_of.progress(root, id)),
    }
    for at = 1, #state, 2 do
      if state[at] == 'fl' then record[6] = read_flagged(root, id, state[at + 1]) end
    end
    return record
  end

  -- Where the payload of a task begins.
  local function payload_at(spec)
    local extras = string.find(spec, '\n', 1, true)
    return string.find(spec, '\n', extras + 1, true) + 1
  end

  -- Bytes of a task once it is read, more or less: of its spec and of the frames that go with it, where they are there.
  bytes_of_record = function(spec, ...)
    local from = payload_at(spec)
    local bytes = from - 1 + bytes_of_frame(spec, from)
    for at = 1, select('#', ...) do
      local frame = select(at, ...)
      if frame then bytes = bytes + bytes_of_frame(frame, 1) end
    end
    return bytes
  end
end
