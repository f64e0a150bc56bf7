-- A task as it is stored: { id, spec, { field, value, … }, outcome, progress [, { flag, what goes with it, … }] }, or false.

local read_record, bytes_of_record
do
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

  -- Bytes of a record, more or less.
  bytes_of_record = function(record)
    local bytes = #record[2] + #(record[4] or '') + #(record[5] or '')
    for _, text in ipairs(record[6] or {}) do bytes = bytes + #text end
    return bytes
  end
end
