-- agent_list: reads a stretch of the agents, in the order of their names.
--
-- keys    root of the swarm
-- args    name after which to begin ('' for the start), agents wanted, agents looked at, status ('' for all),
--         capability ('' for all)
-- returns { name after which to go on ('' at the end), agent, … }; an agent as in parts/agent_record.lua
-- fails   SWARMNOTFOUND
-- promise looks at no more agents than asked; one that is there all the time is not left out

-- Bytes of metadata and capabilities one call returns, one agent over.
local LIST_BYTES = 4 * 1024 * 1024

local function has_capability(able_to, capability)
  return capability == '' or string.find(',' .. able_to .. ',', ',' .. capability .. ',', 1, true) ~= nil
end

local function agent_list(keys, args)
  local root, after, want, look, status, capability =
    keys[1], args[1], tonumber(args[2]), tonumber(args[3]), args[4], args[5]
  if not swarm_exists(root) then return swarm_not_found() end
  local now, reply, bytes = now_ms(root), { '' }, 0
  local names = redis.call('ZRANGEBYLEX', root .. 'agents', after == '' and '-' or '(' .. after, '+',
    'LIMIT', '0', int(look))
  for _, name in ipairs(names) do
    if #reply > want or bytes >= LIST_BYTES then return reply end
    local agent = agent_record(root, name, now)
    if agent and (status == '' or agent[2] == status) and has_capability(agent[4], capability) then
      reply[#reply + 1] = agent
      bytes = bytes + #agent[4] + #agent[6]
    end
    reply[1] = name
  end
  if #names < look then reply[1] = '' end
  return reply
end

register('agent_list', agent_list, { 'no-writes' })
