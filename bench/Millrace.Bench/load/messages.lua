-- Messages of many agents, each into a conversation of its own: messages.lua FILE
-- Each line of the file is an agent: its token and its conversation.
dofile("report.lua")

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  agents = {}
  for line in io.lines(args[1]) do
    local token, conversation = line:match("(%S+) (%S+)")
    -- With its names this makes a body of about 200 bytes.
    table.insert(agents, wrk.format("POST", nil,
      { ["content-type"] = "application/json", ["authorization"] = "Bearer " .. token },
      string.format('{"conversation_id":"%s","content":"%s"}', conversation,
        string.rep("Berth four is free. ", 6))))
  end
  turn = number
end

function request()
  turn = turn + 1
  return agents[turn % #agents + 1]
end
