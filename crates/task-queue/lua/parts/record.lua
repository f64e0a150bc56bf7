-- A task as it is stored: { id, spec, { field, value, … }, outcome, progress }, or false.

local function read_record(root, id)
  local spec = redis.call('GET', key_of.spec(root, id))
  if not spec then return false end
  return {
    id, spec, redis.call('HGETALL', key_of.state(root, id)),
    redis.call('GET', key_of.outcome(root, id)), redis.call('GET', key_of.progress(root, id)),
  }
end
