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
local function agent_key(root, agent) return root .. 'a:' .. agent end
local function held_by_key(root, agent) return root .. 'h:' .. agent end
local function adoption_key(root, agent) return root .. 'w:' .. agent end
local function inbox_key(root, agent) return root .. 'n:' .. agent end
local function message_key(root, id) return root .. 'm:' .. id end
local function sharers_key(root, id) return root .. 'mc:' .. id end
local function subscriptions_key(root, agent) return root .. 'u:' .. agent end
local function subscribers_key(root, topic) return root .. 'f:' .. topic end
