-- audit_states: reads what the audit needs to know of keys of the state.
--
-- keys    root of the swarm
-- args    keys
-- returns for each: { first line of the value, its scores in `versions`, `statekeys`, `deleted`, `expiring` }, '' for
--         what is not there
-- fails   -
-- promise changes nothing; each key is read at one instant

local INDEXES = { 'versions', 'statekeys', 'deleted', 'expiring' }
-- Bytes of a first line at most.
local LINE_END = '511'

-- What is of another type is found elsewhere, and is nothing here.
local function look(...)
  local reply = redis.pcall(...)
  return not (type(reply) == 'table' and reply.err) and reply
end

local function audit_states(keys, args)
  local root, reply = keys[1], {}
  for _, name in ipairs(args) do
    local state = { string.match(look('GETRANGE', root .. 'v:' .. name, '0', LINE_END) or '', '^[^\n]*') }
    for _, index in ipairs(INDEXES) do state[#state + 1] = look('ZSCORE', root .. index, name) or '' end
    reply[#reply + 1] = state
  end
  return reply
end

register('audit_states', audit_states, { 'no-writes' })
