-- The swarm's shared state: keys with versions. The string `v:<key>` is an entry,
--   <version> <updated_at> <expires_at or 0> <agent or ->\n<frame of the value>
-- The sorted set `statekeys` has all keys, `versions` each key by the version of its last change, deleted ones too;
-- `deleted` has those alone, the latest ones; `expiring` the keys that end by themselves. What has expired is absent,
-- swept or not. Every change takes the next number of `sv` as its version.
--
-- A change is looked at first and written later. The plan of a call knows what its earlier changes will have done:
--   plan    entries: by key, where this call changes it; stored: the same as it is written now; added: keys it will have
--           added, less those deleted; changes: how many it will have made
--   match, none_match  versions as If-Match and If-None-Match name them: '' none, '*' any, else `,7,9,`
--   ttl     milliseconds from now, '' for ever, 'keep' as it is

local new_state_plan, parse_entry, stored_entry, check_state_version, check_writer, push_state, check_state_put, apply_state_put, check_state_delete, apply_state_delete, check_increment
do
  function new_state_plan()
    return { entries = {}, stored = {}, added = 0, changes = 0, reserved = 0, made = 0, versions = {} }
  end

  -- What stands before an entry's value, and the value as far as it was read; nil where there is none, `live` false where
  -- it has expired.
  function parse_entry(text, now)
    local version, updated, expires, agent, value_at = string.match(text, '^(%d+) (%d+) (%d+) (%S+)\n()')
    if not version then return nil end
    expires = tonumber(expires)
    return {
      version = version, updated = updated, expires = expires, agent = agent, live = expires == 0 or now < expires,
      frame = string.sub(text, value_at),
    }
  end

  -- The entry of a key as everybody sees it, with its value; nil where there is none or it has expired.
  local function read_state(root, key, now)
    local text = redis.call('GET', root .. 'v:' .. key)
    local entry = text and parse_entry(text, now)
    return entry and entry.live and entry or nil
  end

  -- The entry as it is stored, expired or not; of its value no more than the first bytes.
  function stored_entry(root, key, now)
    return parse_entry(redis.call('GETRANGE', root .. 'v:' .. key, '0', '255'), now)
  end

  -- The entry as earlier changes of this call leave it.
  local function planned_entry(effects, plan, key)
    local entry = plan.entries[key]
    if not entry then
      entry = stored_entry(effects.root, key, effects.now) or { live = false, absent = true }
      plan.entries[key], plan.stored[key] = entry, entry
    end
    return entry
  end

  -- Returns a refusal, or nil.
  function check_state_version(effects, plan, key, match, none_match)
    local entry = planned_entry(effects, plan, key)
    local function is_named(versions)
      return entry.live and (versions == '*' or string.find(versions, ',' .. entry.version .. ',', 1, true) ~= nil)
    end
    if (match == '' or is_named(match)) and (none_match == '' or not is_named(none_match)) then return nil end
    return 'VERSIONMISMATCH ' .. (entry.live and entry.version or '0')
  end

  -- Who changes the state: the agent of the lease it names, if it names one; else, without a task, the writer, if any. Returns a refusal; or nil and the agent,
  -- '-' for nobody.
  function check_writer(effects, id, token)
    if id == '' then return nil, token ~= '' and token or '-' end
    local task, answer = held(effects.root, id, token, effects.now, nil)
    if not task then return answer end
    return nil, task.agent or '-'
  end

  -- Takes the next version; those of a call are reserved together. `push_state` has to follow the last change. A deletion
  -- differs from other changes in the events alone.
  local function state_changed(effects, plan, key, agent, is_deletion)
    if plan.made == plan.reserved then
      local more = math.max(plan.changes - plan.reserved, 1)
      plan.next = redis.call('INCRBY', effects.root .. 'sv', int(more)) - more + 1
      plan.reserved = plan.reserved + more
    end
    local version, versions = int(plan.next), plan.versions
    plan.next, plan.made = plan.next + 1, plan.made + 1
    versions[#versions + 1] = version
    versions[#versions + 1] = key
    if not effects.quiet then
      local line = 'state.changed\tk' .. key .. '\tv' .. version
      if agent ~= '-' then line = line .. '\ta' .. agent end
      note(effects, is_deletion and line .. '\td1' or line)
    end
    return version
  end

  -- Enters the changes of a call into the order of versions, and wakes those who watch.
  function push_state(root, plan)
    if #plan.versions == 0 then return end
    redis.call('ZADD', root .. 'versions', unpack(plan.versions))
    wake(root, 'v', '')
  end

  -- Returns a refusal, or nil; then the change has to follow.
  function check_state_put(effects, plan, key, frame, match, none_match)
    local refusal = check_state_version(effects, plan, key, match, none_match)
    if refusal then return refusal end
    if plan.entries[key].absent then
      if redis.call('ZCARD', effects.root .. 'statekeys') + plan.added >= STATE_KEYS then return 'STATEFULL' end
      plan.added = plan.added + 1
    end
    -- Its version is not known yet, and nobody can have named it.
    plan.entries[key] = { live = true, version = '0', frame = frame }
    plan.changes = plan.changes + 1
  end

  -- Returns `<created 0|1> <version> <updated_at> <expires_at or 0> <agent or ->`.
  function apply_state_put(effects, plan, key, frame, ttl, agent)
    local root, now = effects.root, effects.now
    local before = plan.stored[key]
    local created, had = not before.live, before.expires or 0
    local expires = 0
    if ttl == 'keep' then
      expires = created and 0 or had
    elseif ttl ~= '' then
      expires = now + tonumber(ttl)
    end
    local version = state_changed(effects, plan, key, agent, false)
    local head = version .. ' ' .. int(now) .. ' ' .. int(expires) .. ' ' .. agent
    redis.call('SET', root .. 'v:' .. key, head .. '\n' .. frame)
    if before.absent then
      redis.call('ZADD', root .. 'statekeys', '0', key)
      redis.call('ZREM', root .. 'deleted', key)
    end
    if expires > 0 then
      redis.call('ZADD', root .. 'expiring', int(expires), key)
    elseif had > 0 then
      redis.call('ZREM', root .. 'expiring', key)
    end
    plan.stored[key] = { live = true, expires = expires }
    return (created and '1 ' or '0 ') .. head
  end

  -- Returns a refusal, or nil; then the change has to follow.
  function check_state_delete(effects, plan, key, match, none_match)
    local refusal = check_state_version(effects, plan, key, match, none_match)
    if refusal then return refusal end
    if not plan.entries[key].live then return 'STATENOTFOUND' end
    plan.entries[key] = { live = false, absent = true }
    plan.added, plan.changes = plan.added - 1, plan.changes + 1
  end

  -- Returns the version of the deletion.
  function apply_state_delete(effects, plan, key, agent)
    local root = effects.root
    redis.call('UNLINK', root .. 'v:' .. key)
    redis.call('ZREM', root .. 'statekeys', key)
    redis.call('ZREM', root .. 'expiring', key)
    local version = state_changed(effects, plan, key, agent, true)
    redis.call('ZADD', root .. 'deleted', version, key)
    plan.stored[key] = { live = false, absent = true }
    if redis.call('ZCARD', root .. 'deleted') > STATE_TOMBSTONES then
      redis.call('ZREM', root .. 'versions', redis.call('ZPOPMIN', root .. 'deleted')[1])
    end
    return version
  end

  -- The frame of a number and `by`, as JSON; nil where the frame holds no number, or one that cannot be counted with.
  -- Numbers are never compressed: their frame is a zero byte and their text.
  local function sum_of(frame, by)
    local number = string.match(frame, '^%z(%-?%d[%d.eE+-]*)$')
    number = tonumber(number or '')
    if not number then return nil end
    local sum = number + tonumber(by)
    if math.max(math.abs(number), math.abs(sum)) > COUNT_MAX then return nil end
    if sum == math.floor(sum) then return '\0' .. int(sum) end
    -- The shortest text that is read as the same number.
    for digits = 15, 17 do
      local text = string.format('%.' .. digits .. 'g', sum)
      if digits == 17 or tonumber(text) == sum then return '\0' .. text end
    end
  end

  -- Returns a refusal; or nil and the frame of the sum, which has to be put with ttl 'keep'.
  function check_increment(effects, plan, key, by, match, none_match)
    local refusal = check_state_version(effects, plan, key, match, none_match)
    if refusal then return refusal end
    local entry, frame = plan.entries[key], '\0000'
    if entry.live then frame = entry.version == '0' and entry.frame or read_state(effects.root, key, effects.now).frame end
    local sum = sum_of(frame, by)
    if not sum then return 'NOTANUMBER' end
    return check_state_put(effects, plan, key, sum, '', ''), sum
  end
end
