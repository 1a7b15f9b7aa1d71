-- Turns of many sessions, each kept short enough to stay within the verbatim window: chat.lua KEY TURNS LAP
dofile("report.lua")

local sessions, turn, threads = 500, 0, 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  key, turns, lap = args[1], tonumber(args[2]), args[3]
  wrk.headers["content-type"] = "application/json"
  wrk.headers["api-key"] = key
  -- With its names this makes a body of about 200 bytes.
  text = string.rep("The mill turns while the water runs. ", 4)
end

function request()
  local generation = math.floor(turn / (sessions * turns))
  local session = string.format("%s-%d-%d-%d", lap, number, generation, turn % sessions)
  turn = turn + 1
  return wrk.format("POST", nil, nil,
    string.format('{"message":"%s","session_id":"%s"}', text, session))
end
