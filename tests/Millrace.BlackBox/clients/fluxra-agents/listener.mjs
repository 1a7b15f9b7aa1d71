// An agent's live feed, by server-sent events or by polling that waits; each goes on after its last event. (§10.3)
import http from "node:http";
import { now, PATIENCE_MS, pause } from "./chance.mjs";

// The contract has a comment every 15 s.
const SILENCE_MS = 25_000;

class Feed {
  seen = [];
  ids = new Set();
  stopped = false;

  constructor(agent) {
    this.agent = agent;
    this.report = agent.run.report;
  }

  /** Notes the position that everything from now on lies behind. */
  async open() {
    const answer = await this.agent.get("/api/events");
    this.report.expect(answer.json.cursor && answer.json.events.length === 0, "first feed", answer.text);
    this.start = this.cursor = answer.json.cursor;
    this.running = this.run();
  }

  note(event, way) {
    this.report.expect(
      !this.ids.has(event.event_id),
      "event twice",
      () => `${this.agent.name} by ${way}: ${JSON.stringify(event)}`,
    );
    this.ids.add(event.event_id);
    this.seen.push({ ...event, received: now() });
    this.report.count(`events by ${way}`);
  }

  async run() {
    while (!this.stopped) {
      await this.listen();
      if (!this.stopped) await pause(Math.random() * 100);
    }
  }

  /** Whether the event has come, sooner or later. */
  async has(id) {
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await pause(50))
      if (this.ids.has(id)) return true;
    return false;
  }

  /** All events since the start, read again from the beginning. */
  async replay() {
    const events = [];
    for (let cursor = this.start; ;) {
      const { json } = await this.agent.get(`/api/events?limit=100&cursor=${encodeURIComponent(cursor)}`);
      this.report.expect(
        json.gap === false && json.cursor === json.next_cursor,
        "page of the feed",
        json.cursor,
      );
      events.push(...json.events);
      cursor = json.cursor;
      if (!json.has_more) return events;
    }
  }
}

export class PolledFeed extends Feed {
  async listen() {
    const { json, status, text } = await this.agent.get(
      `/api/events?wait=5&limit=20&cursor=${encodeURIComponent(this.cursor)}`,
    );
    if (!this.report.expect(status === 200, "poll", text)) return;
    this.report.expect(json.gap === false, "gap in the feed", this.agent.name);
    for (const event of json.events) this.note(event, "polling");
    this.cursor = json.cursor;
  }

  stop() {
    this.stopped = true;
    return this.running;
  }
}

export class StreamedFeed extends Feed {
  #request;

  listen() {
    return stream(this.agent.run.server.base, this.agent.token, this.cursor, {
      opened: (outgoing) => {
        if (this.stopped) return outgoing.destroy();
        this.#request = outgoing;
        const life = this.agent.run.cuts ? 500 + Math.random() * 8000 : undefined;
        if (life) setTimeout(() => outgoing.destroy(), life);
      },
      event: ({ id, type, event }) => {
        this.report.expect(type === event.type, "event's name", `${type} for ${event.type}`);
        this.note(event, "stream");
        this.cursor = id;
      },
      refused: (status) => {
        this.report.expect([401, 429, 503].includes(status), "stream refused", status);
        return status === 401 ? this.agent.mint() : pause(500);
      },
      silent: () => this.report.differ("a silent stream", this.agent.name),
      closed: () => this.report.count("streams ended"),
    });
  }

  stop() {
    this.stopped = true;
    this.#request?.destroy();
    return this.running;
  }
}

/** One connection to its end. */
export function stream(base, token, cursor, { opened, event, refused, silent, closed }) {
  return new Promise((resolve) => {
    const headers = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
    if (cursor) headers["Last-Event-ID"] = cursor;
    const outgoing = http.request(new URL("/api/events", base), { headers, agent: false });
    let last = Date.now();
    const watch = setInterval(() => {
      if (Date.now() - last < SILENCE_MS) return;
      silent?.();
      outgoing.destroy();
    }, 1000);
    const end = () => {
      clearInterval(watch);
      resolve();
    };
    outgoing.on("error", end);
    outgoing.on("close", end);
    outgoing.on("response", (incoming) => {
      if (incoming.statusCode !== 200) {
        incoming.resume();
        clearInterval(watch);
        return Promise.resolve(refused?.(incoming.statusCode)).then(end);
      }
      opened?.(outgoing, incoming);
      const read = frames(event);
      incoming.setEncoding("utf8");
      incoming.on("data", (part) => {
        last = Date.now();
        read(part);
      });
      incoming.on("error", () => {});
      incoming.on("close", () => {
        closed?.();
        end();
      });
    });
    outgoing.end();
  });
}

/** Reads frames out of text that arrives in any pieces; what is cut off within a frame counts for nothing. */
function frames(event) {
  let rest = "";
  return (part) => {
    rest += part;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const fields = {};
      for (const line of rest.slice(0, end).split("\n")) {
        const [, name, value] = line.match(/^([^:]*):? ?(.*)$/);
        if (name) fields[name] = fields[name] === undefined ? value : `${fields[name]}\n${value}`;
      }
      rest = rest.slice(end + 2);
      if (fields.data !== undefined)
        event({ id: fields.id, type: fields.event, event: JSON.parse(fields.data) });
    }
  };
}
