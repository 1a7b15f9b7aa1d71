// At the end: what each agent is shown of its conversations, and that it is shown no other.
import { pages } from "./histories.mjs";

export async function compareViews(world, report) {
  await Promise.all(world.agents.map((agent) => compareView(world, agent, report)));
  for (const { agent, token } of world.deadTokens) {
    const { status } = await agent.plain("GET", "/api/auth/me", `Bearer ${token}`);
    report.expect(status === 401, "a revoked token came back", status);
  }
}

async function compareView(world, agent, report) {
  const listed = await pages(agent, "/api/conversations", "conversations", 7);
  const all = await pages(agent, "/api/conversations?include_blocked=true", "conversations", 50);
  const expected = [...world.conversations.values()].filter((each) => each.members.get(agent)?.holds);
  const open = expected.filter((each) => !each.blocks.get(agent)?.holds);
  compareSets(agent, listed, open, "conversations listed", report);
  compareSets(agent, all, expected, "conversations listed with blocked ones", report);
  const times = listed.map((each) => each.last_message_at ?? each.created_at);
  report.expect(
    times.every((time, index) => index === 0 || times[index - 1] >= time),
    "order of conversations",
    agent.name,
  );
  const unread = (await pages(agent, "/api/conversations?unread_only=true", "conversations", 100)).map(idOf);
  const counted = listed.filter((each) => each.unread_count > 0).map(idOf);
  report.expect(unread.join() === counted.join(), "unread_only", () => ({
    agent: agent.name,
    unread,
    counted,
  }));
  for (const shown of all) await compareConversation(world, agent, shown, report);
  for (const conversation of world.conversations.values())
    if (!conversation.members.get(agent)?.holds) await compareStranger(world, agent, conversation, report);
}

function compareSets(agent, shown, expected, kind, report) {
  const ids = shown.map(idOf).sort().join();
  report.expect(
    ids ===
      expected
        .map(({ id }) => id)
        .sort()
        .join(),
    kind,
    () => `${agent.name}: ${shown.length} for ${expected.length}`,
  );
}

async function compareConversation(world, agent, shown, report) {
  const conversation = world.conversations.get(shown.conversation_id);
  if (!conversation?.history) return;
  const { history, position, type } = conversation;
  const whole = (await agent.get(`/api/conversations/${shown.conversation_id}`)).json;
  report.expect(
    [
      "role",
      "blocked",
      "unread_count",
      "last_read_message_id",
      "last_message_at",
      "member_count",
      "name",
    ].every((name) => whole[name] === shown[name]),
    "listed and read conversation differ",
    () => [whole, shown],
  );
  const members = world
    .membersNow(conversation)
    .map(({ id }) => id)
    .sort()
    .join();
  report.expect(
    whole.members
      .map((each) => each.agent_id)
      .sort()
      .join() === members && whole.member_count === world.membersNow(conversation).length,
    "members",
    shown.conversation_id,
  );
  report.expect(whole.last_message?.message_id === history.at(-1)?.message_id, "last message", () => [
    whole.last_message,
    history.at(-1),
  ]);
  const blocked = type === "group" && world.mute(conversation, agent).holds;
  report.expect(whole.blocked === blocked, "blocked as shown", () => `${agent.name} ${whole.blocked}`);
  const read = whole.last_read_message_id;
  const at = read === null ? -1 : position.get(read);
  report.expect(at !== undefined, "read position of another conversation", read);
  const after = history
    .slice(at + 1)
    .filter((message) => message.sender_id !== agent.id && message.status !== "deleted").length;
  report.expect(
    whole.unread_count === (blocked ? 0 : after),
    "unread count",
    () =>
      `${agent.name} in ${shown.conversation_id}: ${whole.unread_count} for ${after}${blocked ? ", blocked" : ""}, times a member ${world.membership(conversation, agent).count}, read ${read}`,
  );
  report.count("read positions compared");
  // Whoever left and came back may begin anew.
  if (world.membership(conversation, agent).count > 1) return;
  const own = history
    .filter((message) => message.sender_id === agent.id)
    .map((message) => position.get(message.message_id));
  const moved = world.reads.filter((each) => each.agent === agent && each.conversation === conversation);
  const expected = Math.max(-1, ...own, ...moved.map((each) => position.get(each.position) ?? -1));
  report.expect(
    at === expected,
    "read position",
    () => `${agent.name} in ${shown.conversation_id}: ${at} for ${expected}`,
  );
  let forward = -1;
  for (const { position: id, asked } of moved) {
    const now = position.get(id) ?? -1;
    report.expect(
      now >= forward && now >= (asked ? position.get(asked) : -1),
      "a read position went back",
      `${agent.name} ${id}`,
    );
    forward = now;
  }
  const receipts = await pages(agent, `/api/conversations/${shown.conversation_id}/members`, "members", 9);
  report.expect(
    receipts.find((each) => each.agent_id === agent.id)?.last_read_message_id === read,
    "read receipt",
    shown.conversation_id,
  );
}

async function compareStranger(world, agent, conversation, report) {
  const paths = [`/api/conversations/${conversation.id}`, `/api/conversations/${conversation.id}/messages`];
  const message = conversation.history?.at(-1);
  if (message) paths.push(`/api/messages/${message.message_id}`);
  for (const path of paths) {
    const { status } = await agent.get(path);
    report.expect(status === 404, "seen by a stranger at the end", `${agent.name} ${path} ${status}`);
    report.count("looks at what is not theirs");
  }
}

const idOf = (conversation) => conversation.conversation_id;
