-- Who may claim, and how much.

-- Whether the agent of a claim that waits was removed meanwhile: such a claim does not bring it back, a new one does.
local function was_removed(effects, claimer)
  return claimer.waited and redis.call('ZSCORE', effects.root .. 'former', claimer.agent) ~= false
end

-- Lets a claimer in: it is seen, and registered where nobody knows it. `seats` has the agents of this call.
local function admit(effects, seats, claimer)
  local seat = seats[claimer.agent]
  if not seat then
    seat = see_agent(effects, claimer.agent, claimer.wait)
    if not seat and was_removed(effects, claimer) then
      claimer.want, claimer.refusal = 0, 'stop'
      return
    end
    seat = seat or register_agent(effects, claimer.agent, {
      ttl = AGENT_TTL_MS_DEFAULT, capacity = CLAIMER_CAPACITY, metadata = '', inbox_limit = INBOX_MESSAGES_DEFAULT,
      able_to = claimer.able_to == ANY_CAPABILITIES and '' or claimer.able_to, wait = claimer.wait,
    })
    if not seat then
      claimer.want, claimer.refusal = 0, 'TOOMANYAGENTS'
      return
    end
    seat.holds, seat.room = {}, not seat.draining and room_of(effects.root, seat) or 0
    seats[claimer.agent] = seat
  end
  if claimer.able_to == ANY_CAPABILITIES then claimer.able_to = seat.able_to end
  claimer.seat = seat
  if seat.draining then
    claimer.want, claimer.refusal = 0, 'drain'
    return
  end
  claimer.want = math.min(claimer.want, seat.room)
  seat.room = seat.room - claimer.want
end

local function write_holds(root, seats)
  for name, seat in pairs(seats) do
    if #seat.holds > 0 then redis.call('HSET', key_of.held_by(root, name), unpack(seat.holds)) end
  end
end
