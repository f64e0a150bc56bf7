-- Keeps state in order.

-- Returns how many things were done, at most n, and when the next one is due.
local function tend_state(effects, n)
  return 0, nil
end
