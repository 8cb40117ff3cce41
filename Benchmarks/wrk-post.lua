-- wrk sends GET by itself; the API wants POST with a token and a body: wrk -s wrk-post.lua URL -- TOKEN BODY
function init(args)
    wrk.method = "POST"
    wrk.headers["Authorization"] = "Bearer " .. args[1]
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = args[2]
end

function done(summary, latency, requests)
    local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
    io.write(string.format("RESULT %d %d %d\n", summary.requests, summary.duration, bad))
end
