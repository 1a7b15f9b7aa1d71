-- The same POST again and again: post.lua BODY KEY
dofile("report.lua")

function init(args)
  wrk.method = "POST"
  wrk.body = args[1]
  wrk.headers["content-type"] = "application/json"
  if args[2] then wrk.headers["authorization"] = "Bearer " .. args[2] end
  -- What @portkey-ai/gateway needs to know; the others pass over it.
  if args[3] then
    wrk.headers["x-portkey-provider"] = "openai"
    wrk.headers["x-portkey-custom-host"] = args[3]
  end
end
