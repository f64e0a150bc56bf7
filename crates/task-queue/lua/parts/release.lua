-- Gives a task back: the attempt is not counted, the fence stays spent.

local function release(root, effects, task, delay_ms, now)
  if task.cancel then
    end_cancelled(root, effects, task, now, { 'lt', task.token, 'lo', 'r:cancelled:' })
    note_task(effects, 'task.cancelled', task.id, task.queue, task.agent, 'cancelled', task.attempt)
    return 'ok cancelled ' .. phases(task, now, true)
  end
  local attempt = int(task.attempt - 1)
  if delay_ms > 0 then
    local run_at = int(now + delay_ms)
    back_to_scheduled(root, effects, task, run_at,
      { 'at', attempt, 'lt', task.token, 'lo', 'r:scheduled:' .. run_at }, nil, 'released')
    note_task(effects, 'task.released', task.id, task.queue, task.agent, 'scheduled', task.attempt)
    return string.format('ok scheduled %s %s %d', phases(task, now, false), run_at, delay_ms)
  end
  back_to_ready(root, effects, task, read_header(root, task.id),
    { 'at', attempt, 'lt', task.token, 'lo', 'r:ready:' }, nil, 'released')
  note_task(effects, 'task.released', task.id, task.queue, task.agent, 'ready', task.attempt)
  return 'ok ready ' .. phases(task, now, false)
end
