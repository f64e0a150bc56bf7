-- Every key of a swarm begins with its root, `wg:{swarm}:`; keys.rs builds the same ones.
-- Names hold no `/` and no `@`, so no two of these can ever be the same key.
-- One table, since a chunk of Lua may have 200 locals at a time.

local key_of = {
  spec = function(root, id) return root .. 't:' .. id end,
  state = function(root, id) return root .. 's:' .. id end,
  outcome = function(root, id) return root .. 'o:' .. id end,
  waiting = function(root, id) return root .. 'd:' .. id end,
  looking = function(root, id) return root .. 'l:' .. id end,
  resolving = function(root, name) return root .. 'y:' .. name end,
  progress = function(root, id) return root .. 'g:' .. id end,
  queue = function(root, queue) return root .. 'q:' .. queue end,
  ready = function(root, queue, priority) return root .. 'r' .. priority .. ':' .. queue end,
  special = function(root, pool, member) return root .. 'k:' .. pool .. ':' .. member end,
  specials = function(root, pool) return root .. 'c:' .. pool end,
  pinned = function(root, queue) return root .. 'p:' .. queue end,
  finished = function(root, status) return root .. 'x:' .. status end,
  claim_id = function(root, agent, digest) return root .. 'b:' .. agent .. '/' .. digest end,
  agent = function(root, agent) return root .. 'a:' .. agent end,
  held_by = function(root, agent) return root .. 'h:' .. agent end,
  adoption = function(root, agent) return root .. 'w:' .. agent end,
  inbox = function(root, agent) return root .. 'n:' .. agent end,
  message = function(root, id) return root .. 'm:' .. id end,
  sharers = function(root, id) return root .. 'mc:' .. id end,
  subscriptions = function(root, agent) return root .. 'u:' .. agent end,
  subscribers = function(root, topic) return root .. 'f:' .. topic end,
}
