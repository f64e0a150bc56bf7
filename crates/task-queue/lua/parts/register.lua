-- Registers an operation under its versioned name, so that an old and a new
-- library can stand side by side while servers are upgraded one after another.

local function register(name, callback, flags)
  redis.register_function { function_name = name .. '_v' .. LIBRARY_VERSION, callback = callback, flags = flags }
end
