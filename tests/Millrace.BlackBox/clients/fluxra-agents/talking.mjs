// What agents do with messages, each act noted with what the server answered. (fluxra §12, §13.9)
import { randomUUID } from "node:crypto";
import { pick } from "./chance.mjs";

let words = 0;

/** Sends into a conversation, or to an agent by the shorthand. */
export async function send(world, agent, conversation, { to, reply, mention } = {}) {
  const content = `word-${++words} of ${agent.name} ${"· ".repeat(words % 7)}😀`;
  const body = to ? { recipient_agent_id: to.id, content } : { conversation_id: conversation.id, content };
  if (reply) body.in_reply_to = reply;
  if (mention) body.mention = mention;
  const key = randomUUID();
  const { report } = agent.run;
  const twins = Math.random() < 0.05 ? 2 : 1;
  const answers = await Promise.all(
    Array.from({ length: twins }, () => agent.post("/api/messages", body, { key, repeated: twins > 1 })),
  );
  const started = Math.min(...answers.map((answer) => answer.started));
  const ended = Math.max(...answers.map((answer) => answer.ended));
  const [answer] = answers;
  const { status, json } = answer;
  if (twins === 2) {
    report.count("sends twice at once");
    // A refusal is not kept for replay, so that only what was accepted has to agree.
    const ids = new Set(answers.filter((each) => each.status === 201).map((each) => each.json.message_id));
    report.expect(ids.size <= 1, "one key, two messages", () => answers.map((each) => each.text));
    if (answers.some((each) => each.status !== status)) {
      report.expect(
        answers.every((each) => [201, 403].includes(each.status)),
        "sends twice at once",
        () => answers.map((each) => each.text),
      );
      return keep(world, agent, conversation, to, body, answers.find((each) => each.status === 201).json, {
        started,
        ended,
      });
    }
  }
  if (status === 201) {
    const message = keep(world, agent, conversation, to, body, json, { started, ended });
    if (Math.random() < 0.1) await repeat(agent, body, key, answer);
    return message;
  }
  report.count("sends refused");
  const away = conversation && !world.membership(conversation, agent).surely(started, ended);
  const blocked = world.sendForbidden(conversation, agent, to, "possibly", started, ended);
  report.expect(status === 403 && (away || blocked), "send refused", () => ({
    status,
    text: answer.text,
    away,
    blocked,
  }));
  world.refusals.push({
    conversation,
    pair: to && [agent, to],
    sender: agent,
    started,
    ended,
    content,
    text: json.error.message,
  });
}

function keep(world, agent, conversation, to, body, json, span) {
  const { report } = agent.run;
  report.expect(
    !world.sendForbidden(conversation, agent, to, "surely", span.started, span.ended) &&
      (!conversation || world.membership(conversation, agent).possibly(span.started, span.ended)),
    "send by a blocked agent or one who left",
    () => `${agent.name}: ${JSON.stringify(json)}`,
  );
  conversation ??= world.direct(json.conversation_id, [agent, to], span);
  report.count("messages acknowledged");
  report.expect(
    json.conversation_id === conversation.id &&
      json.sender_id === agent.id &&
      json.content === body.content &&
      json.type === "text" &&
      json.status === "sent" &&
      json.in_reply_to === (body.in_reply_to ?? null) &&
      JSON.stringify(json.mention) === JSON.stringify([...new Set(body.mention ?? [])]),
    "message as sent",
    json,
  );
  report.expect(!world.messages.has(json.message_id), "one id for two messages", json.message_id);
  const message = {
    id: json.message_id,
    conversation,
    sender: agent,
    content: body.content,
    reply: body.in_reply_to ?? null,
    createdAt: json.created_at,
    ...span,
    edits: [],
    unsureEdits: 0,
    deletes: [],
    deletedAt: undefined,
  };
  world.messages.set(message.id, message);
  return message;
}

/** The first answer comes again for the same key, and another body is refused. (§1.1) */
async function repeat(agent, body, key, first) {
  const { report } = agent.run;
  const again = await agent.post("/api/messages", body, { key, repeated: true });
  report.expect(
    again.status === 201 && again.replayed && again.text === first.text,
    "repeat of a send",
    () => `${first.text} then ${again.status} ${again.text}`,
  );
  const other = await agent.post("/api/messages", { ...body, content: "another" }, { key });
  report.expect(
    other.status === 409 && other.json.error.code === "CONFLICT",
    "same key, other body",
    other.text,
  );
  report.count("sends repeated");
}

const mine = (world, agent) => [...world.messages.values()].filter((message) => message.sender === agent);

export async function edit(world, agent) {
  const message = pick(mine(world, agent).slice(-30));
  if (!message || message.busy) return;
  message.busy = true;
  const content = `${message.content} as edited ${message.edits.length + message.unsureEdits + 1} times`;
  const { status, json, text, started, ended, lost } = await agent.call(
    "PATCH",
    `/api/messages/${message.id}`,
    { content },
  );
  message.busy = false;
  const { report } = agent.run;
  report.count("edits");
  const { conversation } = message;
  if (status === 200) {
    report.expect(
      json.status === "edited" &&
        json.content === content &&
        json.edited_at &&
        json.created_at === message.createdAt,
      "edited message",
      text,
    );
    message.edits.push({ content, started, ended });
    report.expect(
      world.membership(conversation, agent).possibly(started, ended) &&
        !world.forbidden(conversation, agent, "surely", started, ended),
      "edit by a blocked agent or one who left",
      text,
    );
    return;
  }
  if (lost > 0) message.unsureEdits++;
  const blocked = world.forbidden(conversation, agent, "possibly", started, ended);
  const away = !world.membership(conversation, agent).surely(started, ended);
  const gone = message.deletes.some((each) => each.started <= ended) || message.deleting;
  report.expect(
    (status === 409 && gone) || (status === 403 && blocked) || (status === 404 && away),
    "edit refused",
    () => ({ status, text, blocked, away, gone }),
  );
}

/** Its own message, or as the owner of a group anybody's. */
export async function remove(world, agent) {
  const own = mine(world, agent).slice(-30);
  const others = [...world.messages.values()]
    .slice(-60)
    .filter(({ conversation }) => conversation.type === "group" && conversation.owner === agent);
  const message = pick(Math.random() < 0.7 ? own : others);
  if (!message) return;
  message.deleting = true;
  const { status, json, text, started, ended } = await agent.call("DELETE", `/api/messages/${message.id}`);
  const { report } = agent.run;
  report.count("deletions");
  if (status === 200) {
    report.expect(
      json.status === "deleted" && json.conversation_id === message.conversation.id,
      "deletion",
      text,
    );
    report.expect(
      (message.deletedAt ??= json.deleted_at) === json.deleted_at,
      "second deletion's time",
      text,
    );
    message.deletes.push({ started, ended });
    return;
  }
  const away = !world.membership(message.conversation, agent).surely(started, ended);
  report.expect(status === 404 && away, "deletion refused", () => ({ status, text }));
}

/** Reads some pages, in either order, and may say that it has read up to one of them. */
export async function read(world, agent, conversation) {
  const order = pick(["desc", "desc", "asc"]);
  const limit = pick([3, 10, 20, 100]);
  const ids = [];
  let cursor = "";
  for (let page = 0; page < pick([1, 2, 4]); page++) {
    const { status, json, text, started, ended } = await agent.get(
      `/api/conversations/${conversation.id}/messages?order=${order}&limit=${limit}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    if (status !== 200) return refusedRead(world, agent, conversation, { status, text, started, ended });
    agent.run.report.expect(json.cursor === json.next_cursor, "two names of a cursor", text);
    ids.push(...json.messages.map((message) => message.message_id));
    cursor = json.cursor;
    if (!cursor || !json.has_more) break;
  }
  agent.run.report.count("pages read");
  world.pages.push({
    agent,
    conversation,
    ids: order === "asc" ? ids : ids.reverse(),
    fromStart: order === "asc",
  });
  if (Math.random() < 0.6) await mark(world, agent, conversation, pick([undefined, ...ids]));
}

export async function mark(world, agent, conversation, message_id) {
  const { status, json, text, started, ended } = await agent.post(
    `/api/conversations/${conversation.id}/read`,
    message_id && { message_id },
  );
  if (status !== 200) return refusedRead(world, agent, conversation, { status, text, started, ended });
  agent.run.report.count("positions moved");
  world.reads.push({
    agent,
    conversation,
    asked: message_id,
    position: json.last_read_message_id,
    started,
    ended,
  });
}

/** Whoever is no member is told that there is nothing. */
function refusedRead(world, agent, conversation, { status, text, started, ended }) {
  const away = !world.membership(conversation, agent).surely(started, ended);
  agent.run.report.expect(status === 404 && away, "reading refused", () => `${status} ${text}`);
}

/** Tries to see what is not its own. */
export async function pry(world, agent) {
  const { report } = agent.run;
  const conversation = pick(
    [...world.conversations.values()].filter(
      (each) => !each.members.get(agent)?.holds && !each.busy?.has(agent),
    ),
  );
  if (!conversation) return;
  const message = pick(
    [...world.messages.values()].slice(-400).filter((each) => each.conversation === conversation),
  );
  const paths = [
    `/api/conversations/${conversation.id}`,
    `/api/conversations/${conversation.id}/messages`,
    `/api/conversations/${conversation.id}/members`,
  ];
  if (message) paths.push(`/api/messages/${message.id}`);
  for (const path of paths) {
    const { status, text, started, ended } = await agent.get(path);
    report.count("looks at what is not theirs");
    const within = world.membership(conversation, agent).possibly(started, ended);
    report.expect(
      status === 404 || (status === 200 && within),
      "seen by a stranger",
      () => `${agent.name} ${path}: ${status} ${text.slice(0, 200)}`,
    );
  }
}
