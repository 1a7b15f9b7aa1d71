"""The contract's transcripts and documented snippets, as clients in Python write them: transcripts.py SCENARIO.

BASE_URL, API_KEY and EXPECTED stand in the environment. Ends with 0 when all that the scenario expects held.
"""

import http.server
import json
import os
import re
import sys
import threading
import uuid

import requests

BASE = os.environ["BASE_URL"]
KEY = os.environ["API_KEY"]
EXPECTED = os.environ.get("EXPECTED", "")


def plain_chat():
    """Appendix A.1: every member shown is there."""
    answer = requests.post(
        f"{BASE}/chat",
        headers={"api-key": KEY, "X-Request-Id": "r-1"},
        json={"message": "What is Cardano?", "session_id": "my-session-1"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["X-Request-ID"] == "r-1"
    body = answer.json()
    shown = "reply session_id used_tools reply_json provider model reasoning balance_after response usage"
    for member in shown.split():
        assert member in body, f"{member} is missing from {body}"
    assert body["reply"] == EXPECTED and body["response"] == body["reply"]
    assert body["session_id"] == "my-session-1"
    assert body["used_tools"] is None and body["reply_json"] is None
    assert body["reasoning"] is None and body["balance_after"] is None
    assert isinstance(body["provider"], str) and isinstance(body["model"], str)
    assert set(body["usage"]) == {"prompt_tokens", "completion_tokens", "total_tokens"}


def frames(response):
    """The data of each event, by the rules of server-sent events."""
    data = []
    for line in response.iter_lines(decode_unicode=True):
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif line == "" and data:
            yield "\n".join(data)
            data = []
    assert not data, "the stream ended within an event"


def stream():
    """Appendix A.2: frames of known types, then [DONE]; together they are the reply."""
    with requests.post(
        f"{BASE}/chat",
        headers={"api-key": KEY, "X-Request-Id": "r-2"},
        json={"message": "Two words", "stream": True},
        stream=True,
        timeout=60,
    ) as answer:
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert answer.headers["X-Request-ID"] == "r-2"
        seen = list(frames(answer))
    assert seen[-1] == "[DONE]"
    parsed = [json.loads(frame) for frame in seen[:-1]]
    members = {
        "content": {"type", "text"},
        "reasoning": {"type", "text"},
        "tool_call": {"type", "name", "args"},
        "tool_result": {"type", "name", "ok"},
    }
    for frame in parsed:
        assert set(frame) == members[frame["type"]], frame
    types = [frame["type"] for frame in parsed]
    assert types[0] == "reasoning" and types.count("content") > 1, types
    assert "".join(frame["text"] for frame in parsed if frame["type"] == "content") == EXPECTED


def stream_with_tool():
    """Appendix A.2: a tool that the server runs shows as a call and its result."""
    with requests.post(
        f"{BASE}/chat",
        headers={"api-key": KEY},
        json={"message": "What is 17*23?", "stream": True},
        stream=True,
        timeout=60,
    ) as answer:
        parsed = [json.loads(frame) for frame in frames(answer) if frame != "[DONE]"]
    [call] = [frame for frame in parsed if frame["type"] == "tool_call"]
    [result] = [frame for frame in parsed if frame["type"] == "tool_result"]
    assert call["name"] == result["name"] == "calculator", parsed
    assert isinstance(call["args"], dict) and result["ok"] is True
    assert parsed.index(call) < parsed.index(result)
    text = "".join(frame["text"] for frame in parsed if frame["type"] == "content")
    assert re.search(EXPECTED, text), text


def text_dialect():
    """Appendix A.2, the second generation: raw text in each frame."""
    with requests.post(
        f"{BASE}/chat?stream_format=text",
        headers={"api-key": KEY},
        json={"message": "Two words", "stream": True},
        stream=True,
        timeout=60,
    ) as answer:
        seen = list(frames(answer))
    assert seen[-1] == "[DONE]"
    assert not any("{" in frame for frame in seen), seen
    assert "".join(seen[:-1]) == EXPECTED, seen


def ndjson():
    """Section 9.5: one object per line, and no [DONE]."""
    with requests.post(
        f"{BASE}/chat",
        headers={"api-key": KEY, "Accept": "application/x-ndjson"},
        json={"message": "Two words", "stream": True},
        stream=True,
        timeout=60,
    ) as answer:
        assert answer.headers["Content-Type"].startswith("application/x-ndjson")
        parsed = [json.loads(line) for line in answer.iter_lines() if line]
    assert "".join(frame["text"] for frame in parsed if frame["type"] == "content") == EXPECTED


def paper(*lines):
    """A PDF of one page, a line of text below the other."""
    text = "".join(f"BT /F1 12 Tf 72 {720 - 24 * at} Td ({line}) Tj ET\n" for at, line in enumerate(lines))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}endstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    pdf, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(f"{len(pdf):010} 00000 n \n")
        pdf += f"{number} 0 obj\n{body}\nendobj\n"
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{''.join(places)}"
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(pdf)}\n%%EOF\n"
    return (pdf + table + trailer).encode()


def documents():
    """Appendix A.6: a paper is fetched by its address, put into a store, and named by the answer that is read in it."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = paper(
                "The tokenomics are simple: there are one million tokens, and half of every fee is burned.",
                "Ada founded the company in Lisbon with two engineers.",
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/pdf")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    def post(path, **more):
        answer = requests.post(f"{BASE}{path}", headers={"api-key": KEY}, timeout=120, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    store = post("/files/vector-stores", json={"name": "my-documents", "description": "What the company says."})
    assert store["id"].startswith("vs_"), store
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{site.server_port}/whitepaper.pdf"
        file = post(f"/files/upload-url?url={url}")
        site.shutdown()
    added = post(f"/files/vector-stores/{store['id']}/files", json={"file_id": file["file_id"]})
    assert added["file_id"] == file["file_id"], added
    # A busy machine may take longer to read it than the answer waits.
    while added["status"] == "in_progress":
        entry = f"{BASE}/files/vector-stores/{store['id']}/files/{file['file_id']}"
        added = requests.get(entry, headers={"api-key": KEY}, timeout=60).json()
    assert added["status"] == "completed", added
    reply = post("/chat", json={"message": "Search my documents for information about tokenomics"})["reply"]
    assert "whitepaper.pdf" in reply and re.search(EXPECTED, reply), reply


def second_generation():
    """Chat with a session, as the guide of 2025 shows it."""
    headers = {"api-key": KEY, "Content-Type": "application/json"}
    session = f"session-{uuid.uuid4()}"
    for message in ("My name is Ada and I work on engines.", "What is my name, and what do I work on?"):
        answer = requests.post(
            f"{BASE}/chat", headers=headers, json={"message": message, "session_id": session}, timeout=60
        )
        answer.raise_for_status()
        reply = answer.json()["reply"]
    assert "Ada" in reply and "engines" in reply, reply


def third_generation():
    """Structured output by query and by body; text sent without a content type of JSON; trailing slashes."""
    for url, more in ((f"{BASE}/chat?output=structured", {}), (f"{BASE}/chat/", {"output_mode": "structured"})):
        answer = requests.post(
            url,
            headers={"api-key": KEY, "Content-Type": "text/plain;charset=UTF-8"},
            data=json.dumps({"message": "Give the city and its river as JSON.", **more}),
            allow_redirects=False,
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["reply_json"] == json.loads(EXPECTED), answer.text


def current_generation():
    """System prompt, sampling, context and a request id that makes a retry safe; health, api and usage."""
    turn = {
        "message": "hello",
        "system": "You are terse.",
        "temperature": 0.2,
        "top_p": 0.9,
        "max_tokens": 256,
        "meta": {"page": "home"},
        "context": {"wallet": None},
        "request_id": str(uuid.uuid4()),
        "unknown_field": [1, 2, 3],
    }
    headers = {"api-key": KEY}
    first = requests.post(f"{BASE}/chat", headers=headers, json=turn, timeout=60)
    again = requests.post(f"{BASE}/chat", headers=headers, json=turn, timeout=60)
    assert first.status_code == again.status_code == 200, first.text
    assert first.json() == again.json()
    other = requests.post(f"{BASE}/chat", headers=headers, json={**turn, "message": "bye"}, timeout=60)
    assert other.status_code == 409 and isinstance(other.json()["detail"], str), other.text

    health = requests.get(f"{BASE}/health", timeout=60)
    assert health.status_code == 200 and set(health.json()) == {"status", "timestamp", "version"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", health.json()["timestamp"])
    about = requests.get(f"{BASE}/api", timeout=60).json()
    for member in "name version docs openapi profile payments endpoints".split():
        assert member in about, member
    usage = requests.get(f"{BASE}/usage", headers=headers, timeout=60).json()
    shown = "key_id owner name is_active created_at expires_at lifetime_calls usage as_of note"
    for member in shown.split():
        assert member in usage, member
    assert {"/chat", "/token-analysis"} <= set(usage["usage"]["by_endpoint"])


def refusals():
    """Sections 3.4 and 6: texts that clients look for, the request id on each, and 422 as a list."""
    cases = (
        ({}, {"message": "x"}, 401, "Missing API Key"),
        ({"api-key": "0" * 32}, {"message": "x"}, 401, "Invalid API Key"),
        ({"api-key": KEY, "Authorization": "Bearer x"}, {"message": "x"}, 401, "Invalid or expired wallet session"),
    )
    for headers, body, status, detail in cases:
        answer = requests.post(f"{BASE}/chat", headers={**headers, "X-Request-Id": "r-3"}, json=body, timeout=60)
        assert (answer.status_code, answer.json()["detail"]) == (status, detail), answer.text
        assert answer.headers["X-Request-ID"] == "r-3"
    missing = requests.post(f"{BASE}/chat", headers={"api-key": KEY}, json={}, timeout=60)
    assert missing.status_code == 422
    [item] = missing.json()["detail"]
    assert item["type"] == "missing" and item["loc"] == ["body", "message"], item
    assert item["msg"] == "Field required" and item["input"] == {}
    nowhere = requests.get(f"{BASE}/nowhere", headers={"api-key": KEY}, timeout=60)
    assert nowhere.status_code == 404 and isinstance(nowhere.json()["detail"], str)
    for length, status in ((32_000, 200), (32_001, 422)):
        long = requests.post(f"{BASE}/chat", headers={"api-key": KEY}, json={"message": "🚂" * length}, timeout=60)
        assert long.status_code == status, long.text[:500]


globals()[sys.argv[1]]()
