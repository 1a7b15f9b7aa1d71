// Groups and who is in them, and blocks. (fluxra §13, §14)
import { now, pause, pick } from "./chance.mjs";
import { send } from "./talking.mjs";

export async function createGroup(world, owner, others, name) {
  const { status, json, text, started, ended } = await owner.post("/api/conversations", {
    type: "group",
    name,
    member_ids: others.map((agent) => agent.id),
  });
  const { report } = owner.run;
  if (status === 403) {
    const reason = others.some((other) => world.blockBetween(owner, other, "possibly", started, ended));
    return void report.expect(reason, "group refused", text);
  }
  report.expect(
    status === 201 &&
      json.type === "group" &&
      json.name === name &&
      json.role === "owner" &&
      json.created_by === owner.id &&
      json.member_count === others.length + 1 &&
      json.unread_count === 0 &&
      json.last_message === null,
    "group as made",
    text,
  );
  report.count("groups made");
  return world.conversation(json.conversation_id, {
    type: "group",
    owner,
    members: [owner, ...others],
    started,
    ended,
  });
}

/** One change of one agent's membership at a time, so that what is expected is known. */
async function alone(conversation, agent, act) {
  conversation.busy ??= new Set();
  if (conversation.busy.has(agent)) return;
  conversation.busy.add(agent);
  try {
    await act();
  } finally {
    conversation.busy.delete(agent);
  }
}

export const add = (world, owner, conversation, agent) =>
  alone(conversation, agent, async () => {
    const spans = world.membership(conversation, agent);
    if (spans.holds) return;
    const span = spans.begin(now());
    const { status, json, text, started, ended, lost } = await owner.post(
      `/api/conversations/${conversation.id}/members`,
      { agent_ids: [agent.id] },
    );
    const { report } = owner.run;
    if (status === 403) {
      spans.drop(span);
      return void report.expect(
        world.blockBetween(owner, agent, "possibly", started, ended),
        "adding refused",
        text,
      );
    }
    span.from[1] = ended;
    report.count("members added");
    report.expect(
      status === 200 && json.added.length === 1 && json.added[0].agent_id === agent.id,
      "adding",
      () => `${lost} ${text}`,
    );
  });

/** The agent leaves, or the owner removes it. */
export const leave = (world, by, conversation, agent) =>
  alone(conversation, agent, async () => {
    const span = world.membership(conversation, agent).last;
    if (!world.membership(conversation, agent).holds) return;
    span.to = [now(), Infinity];
    const { status, json, text, ended, lost } = await by.call(
      "DELETE",
      `/api/conversations/${conversation.id}/members/${agent.id}`,
    );
    span.to[1] = ended;
    const { report } = by.run;
    report.count(by === agent ? "members left" : "members removed");
    report.expect(
      (status === 200 && json.removed === true) || (status === 404 && lost > 0),
      "leaving",
      () => `${lost} ${status} ${text}`,
    );
  });

export async function settle(world, owner, conversation) {
  const name = `renamed ${++conversation.settings} times`;
  const { status, json, text } = await owner.call("PATCH", `/api/conversations/${conversation.id}`, {
    name,
    metadata: { round: conversation.settings },
    settings: { invite_policy: "admins" },
  });
  owner.run.report.count("settings changed");
  owner.run.report.expect(
    status === 200 && json.name === name && json.metadata.round === conversation.settings,
    "settings",
    text,
  );
  conversation.name = name;
}

/** Blocks for a while; what is tried meanwhile must be refused. At the end of the run the block may stay. */
export async function blockAgent(world, agent, target, stopping) {
  await blocking(
    world,
    agent,
    world.block(agent, target),
    { type: "agent", target_id: target.id },
    stopping,
    async () => {
      await send(world, target, undefined, { to: agent });
      await send(world, agent, undefined, { to: target });
    },
  );
}

export async function blockConversation(world, agent, conversation, stopping) {
  await blocking(
    world,
    agent,
    world.mute(conversation, agent),
    { type: "group", target_id: conversation.id },
    stopping,
    () => send(world, agent, conversation),
  );
}

async function blocking(world, agent, spans, body, stopping, meanwhile) {
  if (spans.ever && !(spans.last.to[1] < Infinity)) return;
  const { report } = agent.run;
  const memberOf = (id, { started, ended }) =>
    world.conversations.has(id) &&
    world.membership(world.conversations.get(id), agent).surely(started, ended);
  const span = spans.begin(now());
  const made = await agent.post("/api/blocks", body);
  if (made.status === 400 && body.type === "group") {
    // The agent left, or was put out, at that moment.
    spans.drop(span);
    return void report.expect(!memberOf(body.target_id, made), "block refused", made.text);
  }
  span.from[1] = made.ended;
  report.count(`${body.type} blocks`);
  report.expect(
    made.status === 201 && made.json.target_type === body.type && made.json.target_id === body.target_id,
    "block",
    made.text,
  );
  if (Math.random() < 0.3) {
    const twice = await agent.post("/api/blocks", body);
    const left = twice.status === 400 && !memberOf(body.target_id, twice);
    report.expect(
      left || (twice.status === 409 && twice.json.error.code === "CONFLICT"),
      "second block",
      twice.text,
    );
  }
  await meanwhile();
  await pause(200 + Math.random() * 1500);
  if (stopping()) return;
  span.to = [now(), Infinity];
  const { status, text, lost, ended } = await agent.call("DELETE", `/api/blocks/${made.json.block_id}`);
  span.to[1] = ended;
  report.expect(status === 200 || (status === 404 && lost > 0), "unblocking", () => `${status} ${text}`);
}

export const someMember = (world, conversation, but) =>
  pick(world.membersNow(conversation).filter((agent) => agent !== but && !conversation.busy?.has(agent)));
