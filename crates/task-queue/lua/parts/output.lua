-- What a holder streams while it works: the list `oc:<id>`. Its first element is
--   <number of the last chunk> <bytes of those that are kept> <1 where somebody waits for the next one, else 0>
-- and behind it stand the chunks that are kept, the eldest first: `<number> <attempt> <at>\n<frame>`.

local output = {}

-- Reads a first element; all are 0 where there is none.
function output.parse(head)
  if not head then return 0, 0, false end
  local last, bytes, waited = string.match(head, '^(%d+) (%d+) (%d)$')
  return tonumber(last), tonumber(bytes), waited == '1'
end

function output.head(last, bytes, waited)
  return int(last) .. ' ' .. int(bytes) .. (waited and ' 1' or ' 0')
end
