use waggle_core::Library;

const SOURCE: &str = r"
local function bump(keys, args)
  local sum = 0
  for _, by in ipairs(args) do sum = redis.call('INCRBY', keys[1], by) end
  return sum
end

-- Adds each argument and returns every sum on the way.
local function bump_each(keys, args)
  local sums = {}
  for i, by in ipairs(args) do sums[i] = redis.call('INCRBY', keys[1], by) end
  return sums
end

local function name(base) return base .. '_v' .. LIBRARY_VERSION end

redis.register_function(name('bump'), bump)
redis.register_function(name('bump_each'), bump_each)
redis.register_function{function_name = name('echo'), callback = function(_, args) return args[1] end, flags = {'no-writes'}}
redis.register_function(name('refuse'), function() return redis.error_reply('LEASELOST fence 1 was overtaken') end)
redis.register_function(name('crash'), function(keys) redis.call('INCR', keys[1]); local nothing = nil; return nothing.field end)
redis.register_function(name('wrong_type'), function(keys) return redis.call('LPUSH', keys[1], 'x') end)
redis.register_function(name('spin'), function() while true do end end)
redis.register_function(name('publish'), function(keys, args) return redis.call('SPUBLISH', keys[1], args[1]) end)
";

/// What the tests call.
pub(crate) fn library() -> Library {
    Library::join("test", 1, &[("test.lua", SOURCE)])
}
