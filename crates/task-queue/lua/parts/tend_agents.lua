-- Keeps agents in order.

-- Returns how many things were done, at most n, and when the next one is due.
local function tend_agents(effects, n)
  return 0, nil
end
