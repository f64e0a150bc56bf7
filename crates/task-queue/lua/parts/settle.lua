-- Ends the attempt of a task that is held: kind c, f or r, see task_settle.

local function settle_held(effects, kind, task, value, wait, random, usage)
  local root, now = effects.root, effects.now
  if usage ~= '' then used.report(effects, task, usage) end
  if kind == 'c' then return complete(root, effects, task, value, now) end
  if kind == 'f' then return fail(root, effects, task, value, wait, tonumber(random), now) end
  return release(root, effects, task, tonumber(wait), now)
end
