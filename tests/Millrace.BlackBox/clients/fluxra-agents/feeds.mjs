// At the end: each listener saw every event of its conversations, in order, once, and no event of any other.
import { same } from "./histories.mjs";

const of = (conversation) => (event) =>
  (event.data.conversation_id ??
    event.data.message?.conversation_id ??
    event.data.conversation?.conversation_id) === conversation;

export async function compareFeeds(world, report) {
  await Promise.all(world.agents.map((agent) => compareReplay(world, agent, report)));
  for (const agent of world.agents) {
    compareStrangers(world, agent, report);
    compareCredits(agent, report);
    compareContracts(world, agent, report);
  }
  for (const conversation of world.conversations.values()) compareConversation(world, conversation, report);
}

/** Live and read again from the start it is one feed; and what was edited or deleted stays hidden in it. */
async function compareReplay(world, agent, report) {
  const again = await agent.feed.replay();
  const last = again.at(-1);
  if (last)
    report.expect(
      await agent.feed.has(last.event_id),
      "the last event never came",
      () => `${agent.name}: ${JSON.stringify(last)}`,
    );
  await agent.feed.stop();
  // Of conversations that were left or blocked at some time, what a later reading shows is looked at below.
  const steady = (event) => {
    const id =
      event.data.conversation_id ??
      event.data.message?.conversation_id ??
      event.data.conversation?.conversation_id;
    const conversation = world.conversations.get(id);
    return (
      !conversation ||
      (conversation.members.get(agent)?.count === 1 &&
        conversation.members.get(agent).holds &&
        !conversation.blocks.get(agent)?.ever)
    );
  };
  const [live, replayed] = [agent.feed.seen, again].map((events) =>
    events.filter(steady).map((event) => event.event_id),
  );
  report.expect(same(live, replayed), "the feed read again differs", () =>
    difference(agent, live, replayed, [...agent.feed.seen, ...again]),
  );
  for (const { type, data } of again) {
    if (!data.message || type === "message.deleted") continue;
    const { message_id, content } = data.message;
    const message = world.messages.get(message_id);
    if (!message) continue;
    report.expect(
      message.deletes.length === 0 || content === "",
      "a deleted text in the feed",
      () => `${type} ${content}`,
    );
    const newest = message.edits.at(-1)?.content ?? message.content;
    report.expect(
      message.unsureEdits > 0 || content === "" || content === newest,
      "an earlier text in the feed",
      () => `${type}: ${content}, since then: ${newest}`,
    );
  }
}

function difference(agent, live, replayed, events) {
  const at = live.findIndex((id, index) => id !== replayed[index]);
  const show = (id) => JSON.stringify(events.find((event) => event.event_id === id))?.slice(0, 300);
  return `${agent.name}: ${live.length} and ${replayed.length} events; first at ${at}: ${show(live[at])} and ${show(replayed[at < 0 ? live.length : at])}`;
}

function compareStrangers(world, agent, report) {
  for (const event of agent.feed.seen) {
    const id =
      event.data.conversation_id ??
      event.data.message?.conversation_id ??
      event.data.conversation?.conversation_id;
    if (id)
      report.expect(
        world.conversations.get(id)?.members.get(agent)?.ever,
        "an event of a stranger's conversation",
        () => `${agent.name} ${JSON.stringify(event)}`,
      );
  }
}

function compareCredits(agent, report) {
  const entries = agent.feed.seen
    .filter(({ type }) => type === "credits.changed")
    .map(({ data }) => data.entry.entry_id);
  const ledger = agent.ledger.map(({ entry_id }) => entry_id).slice(-entries.length || Infinity);
  // The sign-up grant came before the feed was opened.
  report.expect(
    same(
      entries,
      agent.ledger.filter(({ kind }) => kind !== "grant").map(({ entry_id }) => entry_id),
    ),
    "credits' events against the ledger",
    () => `${agent.name}: ${entries.length} for ${ledger.length}`,
  );
}

function compareContracts(world, agent, report) {
  const versions = new Map();
  for (const { type, data } of agent.feed.seen) {
    if (type !== "contract.updated") continue;
    const { contract_id, version, client_id, provider_id } = data.contract;
    report.expect(
      [client_id, provider_id].includes(agent.id),
      "an event of a stranger's contract",
      contract_id,
    );
    versions.set(contract_id, [...(versions.get(contract_id) ?? []), version]);
  }
  for (const { contract_id, version, client_id, provider_id } of world.finalContracts.values()) {
    if (![client_id, provider_id].includes(agent.id)) continue;
    // Each change is told of once; whether as it was then or as it is now the contract leaves open.
    const told = versions.get(contract_id) ?? [];
    const rises = told.every((each, index) => each > index && each >= (told[index - 1] ?? 1));
    report.expect(
      told.length === version && rises && told.at(-1) === version,
      "contract's events",
      () => `${agent.name} ${contract_id}: ${told} for ${version} versions`,
    );
  }
}

/** The owner of a group, and the first of a pair, is there all the time: its feed is what the others' are held against. */
function compareConversation(world, conversation, report) {
  const reference = conversation.owner.feed.seen
    .filter(of(conversation.id))
    .filter(({ type }) => type !== "conversation.created");
  const created = reference
    .filter(({ type }) => type === "message.created")
    .map(({ data }) => data.message.message_id);
  report.expect(
    same(
      created,
      conversation.history.map((message) => message.message_id),
    ),
    "live order against the history",
    () => `${conversation.id}: ${created.length} for ${conversation.history.length}`,
  );
  compareChanges(world, conversation, reference, report);
  for (const agent of conversation.members.keys()) {
    const seen = agent.feed.seen.filter(of(conversation.id));
    const made = seen.filter(({ type }) => type === "conversation.created").length;
    if (conversation.type === "group" && !world.mute(conversation, agent).ever)
      report.expect(
        made === (conversation.first.includes(agent) ? 1 : 0),
        "a group's creation as seen",
        `${agent.name}, ${conversation.first.includes(agent) ? "" : "not "}there from the first: ${made}`,
      );
    compareMember(
      world,
      conversation,
      agent,
      reference,
      seen.filter(({ type }) => type !== "conversation.created"),
      report,
    );
    report.count("listeners compared with a conversation");
  }
}

function compareChanges(world, conversation, reference, report) {
  const times = new Map();
  for (const { type, data } of reference)
    if (data.message)
      times.set(
        `${type} ${data.message.message_id}`,
        (times.get(`${type} ${data.message.message_id}`) ?? 0) + 1,
      );
  for (const { message_id } of conversation.history) {
    const message = world.messages.get(message_id);
    if (!message) continue;
    const [updated, deleted] = ["updated", "deleted"].map(
      (what) => times.get(`message.${what} ${message_id}`) ?? 0,
    );
    const edits = message.edits.length;
    report.expect(
      updated >= edits && updated <= edits + message.unsureEdits,
      "events of edits",
      () => `${message_id}: ${updated} for ${edits}`,
    );
    report.expect(
      deleted === (message.deletes.length > 0 ? 1 : 0),
      "events of a deletion",
      () => `${message_id}: ${deleted} for ${message.deletes.length}`,
    );
  }
}

/** Between coming and going an agent sees all that the owner sees; what it blocks it does not see meanwhile. */
function compareMember(world, conversation, agent, reference, seen, report) {
  const muted = world.mute(conversation, agent);
  const where = `${agent.name} in ${conversation.type} ${conversation.id}`;
  const inside = eventsWithin(conversation, agent, reference);
  const ids = new Set(seen.map(({ event_id }) => event_id));
  // What happened shortly before a block may come up while it holds, and is lost then.
  const missed = inside.filter((event) => !ids.has(event.event_id) && !muted.ever && !isOwnEnd(event, agent));
  report.expect(
    missed.length === 0,
    "a listener missed an event of its conversation",
    () => `${where}: ${missed.length} of ${inside.length}, first ${JSON.stringify(missed[0])}`,
  );
  const allowed = new Set(inside.map(({ event_id }) => event_id));
  const foreign = seen.filter(({ event_id }) => !allowed.has(event_id));
  report.expect(
    foreign.length === 0,
    "an event before coming or after going",
    () => `${where}: ${foreign.length}, first ${JSON.stringify(foreign[0])}`,
  );
  const unblocked = seen.filter((event) => wasMuted(world, muted, event));
  report.expect(
    unblocked.length === 0,
    "an event while the conversation was blocked",
    () => `${where}: ${unblocked.length}, first ${JSON.stringify(unblocked[0])}`,
  );
  const order = new Map(reference.map(({ event_id }, index) => [event_id, index]));
  const places = seen.map(({ event_id }) => order.get(event_id));
  report.expect(
    places.every((at, index) => index === 0 || places[index - 1] < at),
    "two listeners saw two orders",
    where,
  );
}

/** The owner's events between the agent's coming, which is one of them, and its going, which is too. */
function eventsWithin(conversation, agent, reference) {
  let inside = conversation.first.includes(agent);
  return reference.filter(({ type, data }) => {
    const own = data.agent_id === agent.id;
    if (own && type === "member.added") inside = true;
    const told = inside;
    if (own && type === "member.removed") inside = false;
    return told;
  });
}

const isOwnEnd = ({ type, data }, agent) => type === "member.removed" && data.agent_id === agent.id;

/** Sent and received within one block. */
function wasMuted(world, muted, { type, data, received }) {
  const message = type === "message.created" && world.messages.get(data.message.message_id);
  return message && muted.surely(message.started, received);
}
