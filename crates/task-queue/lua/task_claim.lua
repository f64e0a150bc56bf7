-- task_claim: hands ready tasks out, to many claimers in one call, in the order in which they asked.
--
-- keys    root of the swarm
-- args    number of queues, the queues, the first one first; then for each claimer:
--         agent, tasks wanted, lease in milliseconds ('' for each task's own), digest of its claim id ('' for none),
--         seed of its tokens, capabilities joined by commas ('*' for those it is registered with), milliseconds it
--         stands by, whether it has been waiting (0|1)
-- returns { left, wait, tasks of the first claimer, … }; left is 0 when no ready task is left that may be handed out, 1
--         when some may be; wait is milliseconds until a rate lets more go, 0 where none keeps any back; instead
--         of tasks a claimer gets 0 when the call reached its bound before it: it is to ask again; `drain` when it
--         shall take no more tasks, `stop` when it was removed while it waited; TOOMANYAGENTS when it is unknown and the swarm has no room for it. A task is
--         { `<id> <attempt> <token> <expires_at> <started_at> <cancel requested 0|1> <microseconds it was ready, or ->`, spec
--         [, outcome, progress [, what it asked a person and was answered]] }; - for one that the same claim was given before. Time before the end of a pause or a
--         restore is not counted
-- fails   SWARMNOTFOUND
-- promise a task goes to one claimer, under a fence higher than any it had before

local CLAIMER_ARGS = 8

local function read_claimer(args, at)
  return {
    agent = args[at], want = tonumber(args[at + 1]), lease_ms = tonumber(args[at + 2]), claim_id = args[at + 3],
    seed = args[at + 4], able_to = args[at + 5], wait = tonumber(args[at + 6]),
    waited = args[at + 7] == '1', tasks = {}, held = '', longest = CLAIM_ID_MS,
  }
end

local function take(root, queue, claimers, effects, budget, most)
  local q = redis.call('HMGET', key_of.queue(root, queue), 'ready>running', 'classes', 'pins', 'lists')
  local claimed, pins = tonumber(q[1] or 0), tonumber(q[3] or 0) > 0
  local taken, left
  if tonumber(q[2] or 0) > 0 or pins then
    taken, left = take_special(root, queue, claimers, effects, claimed, budget, pins, tonumber(q[4] or 0), most)
  else
    taken, left = take_plain(root, queue, claimers, effects, claimed, budget, most)
  end
  if taken > 0 then redis.call('HINCRBY', key_of.queue(root, queue), 'ready>running', int(taken)) end
  return left, taken
end

-- As far as what is said of the queue lets it. Returns what is left, and milliseconds until more may be taken.
local function take_within(root, queue, claimers, effects, budget)
  local rules = rules_of(effects, queue)
  if rules == NO_RULES then return (take(root, queue, claimers, effects, budget, math.huge)) end
  local most, wait = open_slots(effects, queue, rules)
  local left, taken = NOTHING, 0
  if most > 0 then left, taken = take(root, queue, claimers, effects, budget, most) end
  wait = charge_rate(effects, queue, rules, taken) or wait
  if taken < most then return left, nil end
  if rules.c then redis.call('HSET', key_of.queue(root, queue), 'turned', '1') end
  return NOTHING, wait
end

local function answer_of(claimer)
  if #claimer.tasks > 0 then return claimer.tasks end
  return claimer.refusal or (claimer.again and 0) or claimer.tasks
end

local function wanting(claimers)
  for _, claimer in ipairs(claimers) do
    if claimer.want > 0 then return true end
  end
  return false
end

local function task_claim(keys, args)
  local root = keys[1]
  local swarm = open_swarm(root)
  if not swarm then return swarm_not_found() end
  local now, queues, claimers, left, wait = now_ms(root), tonumber(args[1]), {}, NOTHING, math.huge
  local effects, known, seats = new_effects(root, swarm, now), {}, {}
  for at = queues + 2, #args, CLAIMER_ARGS do
    local claimer = read_claimer(args, at)
    claimers[#claimers + 1] = claimer
    if claimer.claim_id ~= '' then know_again(root, known, claimer, now) end
    admit(effects, seats, claimer)
    if swarm.paused then claimer.want = 0 end
  end
  local budget = new_budget()
  for at = 2, queues + 1 do
    if budget.steps <= 0 then ask_again(claimers, 1) end
    if budget.steps <= 0 or not wanting(claimers) then
      left = SOME
      break
    end
    local some, until_more = take_within(root, args[at], claimers, effects, budget)
    left, wait = math.max(left, some), math.min(wait, until_more or math.huge)
  end
  write_holds(root, seats)
  write_effects(effects)
  local reply = { left, wait < math.huge and wait or 0 }
  for _, claimer in ipairs(claimers) do
    if claimer.held ~= '' then remember(root, claimer) end
    reply[#reply + 1] = answer_of(claimer)
  end
  return reply
end

register('task_claim', task_claim, { 'allow-oom' })
