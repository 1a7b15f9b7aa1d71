-- The last line of each load: what Wrk.cs reads. Latencies in microseconds, as wrk counts them.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("LAP %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
