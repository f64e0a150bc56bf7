-- swarm_tend: does what a swarm needs done without anybody asking: agents that are silent are lost, what has expired goes.
--
-- keys    root of the swarm
-- args    how many things at most
-- returns { things done, milliseconds until the next one ('' when nothing is due) }
-- fails   -
-- promise each step looks before it acts; several servers may tend a swarm at once

local TENDERS = { tend_agents, tend_state, tend_messages, tend_slots, tend_samples }

local function swarm_tend(keys, args)
  local root, left, done, following = keys[1], tonumber(args[1]), 0, nil
  local swarm = open_swarm(root)
  if not swarm then return { 0, '' } end
  local effects = new_effects(root, swarm, now_ms(root))
  for _, tend in ipairs(TENDERS) do
    local did, due = tend(effects, left)
    left, done = left - did, done + did
    if due and (not following or due < following) then following = due end
  end
  write_effects(effects)
  return { done, following and int(math.max(following - effects.now, 0)) or '' }
end

register('swarm_tend', swarm_tend, { 'allow-oom' })
