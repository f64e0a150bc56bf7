-- What is said of a swarm and concerns every operation, read once in each call.

-- Returns nil where there is no such swarm: it was never made, or is being deleted or restored. `default` always was
-- made.
--   ruled    whether anything is said of any of its queues: see rules.lua
--   fair     whether any task ever had a fairness key: see turns.lua
--   resumed  since when it has been handing tasks out, in milliseconds with a fraction: it was paused or being restored
--            before; 0 where it never was
local function open_swarm(root)
  local s = redis.call('HMGET', root .. 'swarm',
    'created_at', 'closed', 'paused', 'quiet', 'follow', 'max_tasks', 'max_agents', 'resumed',
    'ruled', 'fair')
  if s[2] or not (s[1] or root == DEFAULT_ROOT) then return nil end
  return {
    paused = s[3] == '1', quiet = s[4] == '1', followed_until = tonumber(s[5] or 0),
    max_tasks = tonumber(s[6]), max_agents = tonumber(s[7]), resumed = tonumber(s[8] or 0),
    ruled = tonumber(s[9] or 0) > 0, fair = s[10] == '1',
  }
end

local function swarm_exists(root) return open_swarm(root) ~= nil end

local function swarm_not_found()
  return redis.error_reply('SWARMNOTFOUND no such swarm')
end

-- What is said of a swarm, as it is answered.
local function describe_swarm(root)
  return redis.call('HMGET', root .. 'swarm', 'description', 'created_at', 'paused', 'quiet', 'max_agents', 'max_tasks')
end
