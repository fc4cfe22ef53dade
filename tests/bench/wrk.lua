-- wrk.lua - asks with an API key that no argument shows, and tells the result.
--
--   wrk -s wrk.lua ... URL -- KEY_FILE [TARGETS_FILE]
--
-- Asks for URL, or in turn for each line of TARGETS_FILE.  Prints a line of
-- JSON at the end.

local threads = 0

function setup(thread)
	thread:set("number", threads)
	threads = threads + 1
end

function init(args)
	local file = assert(io.open(args[1]))
	wrk.headers["X-API-KEY"] = file:read()
	file:close()
	if args[2] == nil then
		return
	end

	local requests = {}
	for target in io.lines(args[2]) do
		requests[#requests + 1] = wrk.format("GET", target)
	end
	-- No two threads ask for the same at a time.
	local at = math.floor(number * #requests / 2) % #requests
	request = function()
		at = at % #requests + 1
		return requests[at]
	end
end

function done(summary, latency)
	local errors = summary.errors
	print(string.format('{"count":%d,"seconds":%.6f,"bytes":%d,' ..
	    '"median_us":%d,"p99_us":%d,"bad":%d}',
	    summary.requests, summary.duration / 1e6, summary.bytes,
	    latency:percentile(50), latency:percentile(99),
	    errors.connect + errors.read + errors.write + errors.status +
	    errors.timeout))
end
