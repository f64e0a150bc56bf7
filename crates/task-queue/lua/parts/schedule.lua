-- Schedules: tasks that are submitted again and again. The hash `schedules` has what was said of each, for Rust alone;
-- the sorted set `fires` the time at which each is due next; the hash `sc:<name>`
--   vn how often it was put, cr created at, of '1' while it is paused, rn runs, sk times it was due and did not run,
--   la when it last ran, ta the task of that run

-- { name, what was said, due at ('' for never), { field, value, … } }, or false.
local function schedule_record(root, name)
  local said = redis.call('HGET', root .. 'schedules', name)
  if not said then return false end
  local due = redis.call('ZSCORE', root .. 'fires', name)
  return { name, said, due and int(due) or '', redis.call('HGETALL', key_of.schedule(root, name)) }
end

-- Submits the task of a run; returns what task_submit says of it.
local function run_schedule(effects, name, task)
  local root, plan = effects.root, new_submits(effects.root, effects.swarm)
  local refusal, holder = check_submit(effects, plan, task)
  if refusal then return refusal .. ' ' .. task.id end
  if holder then return 'dup ' .. holder end
  local item = submitted_line(effects, plan, task)
  push_submits(root, plan)
  local key = key_of.schedule(root, name)
  redis.call('HSET', key, 'la', int(effects.now), 'ta', task.id)
  redis.call('HINCRBY', key, 'rn', '1')
  note(effects, 'schedule.fired\tc' .. name .. '\tt' .. task.id .. '\tq' .. queue_of(task.spec))
  return item
end
