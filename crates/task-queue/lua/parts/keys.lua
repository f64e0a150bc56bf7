-- Every key of a swarm begins with its root, `wg:{swarm}:`; keys.rs builds the same ones.
-- Names hold no `/` and no `@`, so no two of these can ever be the same key.

local function spec_key(root, id) return root .. 't:' .. id end
local function state_key(root, id) return root .. 's:' .. id end
local function outcome_key(root, id) return root .. 'o:' .. id end
local function progress_key(root, id) return root .. 'g:' .. id end
local function queue_key(root, queue) return root .. 'q:' .. queue end
local function ready_key(root, queue, priority) return root .. 'r' .. priority .. ':' .. queue end
local function special_key(root, pool, member) return root .. 'k:' .. pool .. ':' .. member end
local function specials_key(root, pool) return root .. 'c:' .. pool end
local function pinned_key(root, queue) return root .. 'p:' .. queue end
local function finished_key(root, status) return root .. 'x:' .. status end
local function claim_id_key(root, agent, digest) return root .. 'b:' .. agent .. '/' .. digest end

-- Whether the swarm was made; `default` always was.
local function swarm_exists(root)
  return root == DEFAULT_ROOT or redis.call('EXISTS', root .. 'swarm') == 1
end

local function swarm_not_found()
  return redis.error_reply('SWARMNOTFOUND no such swarm')
end
