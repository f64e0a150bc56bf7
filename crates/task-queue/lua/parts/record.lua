-- A task as it is stored: { id, spec, { field, value, … }, outcome, progress }, or false.

local function read_record(root, id)
  local spec = redis.call('GET', spec_key(root, id))
  if not spec then return false end
  return {
    id, spec, redis.call('HGETALL', state_key(root, id)),
    redis.call('GET', outcome_key(root, id)), redis.call('GET', progress_key(root, id)),
  }
end
