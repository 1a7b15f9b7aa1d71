// At the end: every acknowledged message is in its conversation once, in one order that is the same for each member,
// that agrees with the clock, and of which every page that was read on the way is a part without gaps.
import { pick } from "./chance.mjs";

/** All pages of a list; what only the first page is asked with stands in `first`. */
export async function pages(agent, path, name, limit, first = "") {
  const items = [];
  const query = `${path}${path.includes("?") ? "&" : "?"}limit=${limit}`;
  for (let more = first; ;) {
    const { status, json, text } = await agent.get(query + more);
    if (
      !agent.expect(
        status === 200 && json[name].length <= limit,
        `pages of ${name}`,
        () => `${query + more}: ${status} ${text.slice(0, 200)}`,
      )
    )
      return items;
    items.push(...json[name]);
    if (!json.has_more) return items;
    more = `&cursor=${encodeURIComponent(json.next_cursor)}`;
  }
}

export async function compareHistories(world, report) {
  for (const conversation of world.conversations.values()) {
    const views = await Promise.all(
      world.membersNow(conversation).map(async (agent) => ({
        agent,
        messages: await pages(
          agent,
          `/api/conversations/${conversation.id}/messages?order=asc`,
          "messages",
          pick([17, 100]),
        ),
      })),
    );
    const [first] = views;
    if (!first) continue;
    conversation.history = first.messages;
    const text = JSON.stringify(first.messages);
    for (const { agent, messages } of views)
      report.expect(
        JSON.stringify(messages) === text,
        "histories of two members differ",
        `${first.agent.name} and ${agent.name} in ${conversation.id}`,
      );
    await compareOtherReadings(first, conversation, report);
    compareWithSent(world, conversation, report);
    comparePages(world, conversation, report);
    report.count("messages in histories", first.messages.length);
    report.count("histories compared", views.length);
  }
  for (const { content, sender, conversation, pair } of world.refusals) {
    const histories = conversation
      ? [conversation]
      : [...world.conversations.values()].filter(
          (each) => each.type === "direct" && pair.every((agent) => each.members.has(agent)),
        );
    report.expect(
      !histories.some((each) => each.history?.some((message) => message.content === content)),
      "a refused message is there",
      `${sender.name}: ${content}`,
    );
  }
}

/** Newest first is the same list turned round, and `after` gives its end. */
async function compareOtherReadings({ agent, messages }, conversation, report) {
  const path = `/api/conversations/${conversation.id}/messages`;
  const ids = messages.map(idOf);
  const back = (await pages(agent, `${path}?order=desc`, "messages", 31)).map(idOf).reverse();
  report.expect(same(back, ids), "the two orders differ", conversation.id);
  const from = pick(ids);
  if (!from) return;
  const after = (await pages(agent, `${path}?order=asc`, "messages", 50, `&after=${from}`)).map(idOf);
  report.expect(same(after, ids.slice(ids.indexOf(from) + 1)), "messages after one", from);
}

function compareWithSent(world, conversation, report) {
  const { history } = conversation;
  const position = (conversation.position = new Map(
    history.map((message, index) => [message.message_id, index]),
  ));
  report.expect(position.size === history.length, "a message twice in a history", conversation.id);
  const sent = [...world.messages.values()].filter((message) => message.conversation === conversation);
  for (const message of sent)
    report.expect(position.has(message.id), "an acknowledged message is lost", () => message.id);
  for (const { message_id, content } of history)
    report.expect(
      world.messages.has(message_id),
      "a message that nobody has the answer of",
      () => `${content}, there ${history.filter((each) => each.content === content).length} times`,
    );
  compareWithClock(history, world, report);
  for (const stored of history) compareState(stored, world.messages.get(stored.message_id), report);
}

/** What was acknowledged before another was begun stands before it. */
function compareWithClock(history, world, report) {
  let latest = -Infinity;
  for (const { message_id } of history) {
    const message = world.messages.get(message_id);
    if (!message) continue;
    report.expect(message.ended >= latest, "order against the clock", message_id);
    latest = Math.max(latest, message.started);
  }
}

function compareState(stored, message, report) {
  if (!message) return;
  report.expect(
    stored.sender_id === message.sender.id &&
      stored.in_reply_to === message.reply &&
      stored.created_at === message.createdAt,
    "message as stored",
    stored,
  );
  if (message.deletes.length > 0) {
    const empty = stored.status === "deleted" && stored.content === "" && stored.mention.length === 0;
    report.expect(empty && stored.deleted_at === message.deletedAt, "tombstone", stored);
    return;
  }
  if (message.unsureEdits > 0) return;
  const [content, status] =
    message.edits.length > 0 ? [message.edits.at(-1).content, "edited"] : [message.content, "sent"];
  report.expect(
    stored.content === content && stored.status === status && stored.deleted_at === null,
    "message's last state",
    () => ({ stored, content, status }),
  );
}

function comparePages(world, { position, history, ...conversation }, report) {
  for (const page of world.pages.filter((each) => each.conversation.id === conversation.id)) {
    const from = page.fromStart ? 0 : position.get(page.ids[0]);
    const there = history.slice(from, from + page.ids.length).map(idOf);
    report.expect(
      page.ids.length === 0 || same(there, page.ids),
      "a page with a gap",
      `${page.agent.name} in ${conversation.id}`,
    );
  }
}

const idOf = (message) => message.message_id;
export const same = (one, other) =>
  one.length === other.length && one.every((item, index) => item === other[index]);
