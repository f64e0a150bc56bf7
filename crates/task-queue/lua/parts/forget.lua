-- How nothing is left of a task, and of a queue.

local forget = {}
do
  -- A task that is in no index of its state any more.
  function forget.task(effects, task, status)
    local root, id = effects.root, task.id
    -- What its state says tells where else it is found.
    moved(effects, task, status, 'gone')
    redis.call('DEL', key_of.spec(root, id), key_of.state(root, id), key_of.outcome(root, id), key_of.progress(root, id),
      key_of.attempts(root, id), key_of.output(root, id))
  end

  -- Forgets a queue of which nothing is left: every task that came has gone. To be called when the counts are written.
  function forget.queue(root, queue)
    local flat, tasks = redis.call('HGETALL', key_of.queue(root, queue)), 0
    for at = 1, #flat, 2 do
      local field, count = flat[at], tonumber(flat[at + 1]) or 0
      if string.sub(field, 1, 4) == 'new>' then tasks = tasks + count end
      if string.sub(field, -5) == '>gone' then tasks = tasks - count end
      if (field == 'classes' or field == 'pins') and count ~= 0 or field == 'rules' then return end
    end
    if tasks ~= 0 then return end
    redis.call('DEL', key_of.queue(root, queue))
    redis.call('ZREM', root .. 'queues', queue)
  end

  function forget.queues(effects)
    for queue in pairs(effects.counts) do forget.queue(effects.root, queue) end
  end
end
