// What the agents did, with the time before and after each act. What happened in between is not known to the moment,
// so that everything is asked in two ways: was it surely so for a whole span, and can it have been so within it?

/** Spans in which something held: each begins and ends within an interval of its own. */
export class Spans {
  #spans = [];

  /** Gives the span that begins with this act; `began(ended)` is called when the act was acknowledged. */
  begin(started) {
    const span = { from: [started, Infinity], to: [Infinity, Infinity] };
    this.#spans.push(span);
    return span;
  }

  drop(span) {
    this.#spans.splice(this.#spans.indexOf(span), 1);
  }

  get last() {
    return this.#spans.at(-1);
  }

  /** It holds now, and nobody is about to change it. */
  get holds() {
    return this.last !== undefined && this.last.from[1] < Infinity && this.last.to[0] === Infinity;
  }

  get ever() {
    return this.#spans.length > 0;
  }

  get count() {
    return this.#spans.length;
  }

  surely(start, end) {
    return this.#spans.some(({ from, to }) => from[1] <= start && to[0] >= end);
  }

  possibly(start, end) {
    return this.#spans.some(({ from, to }) => from[0] <= end && to[1] >= start);
  }
}

export class World {
  agents = [];
  conversations = new Map();
  messages = new Map();
  refusals = [];
  reads = [];
  pages = [];
  contracts = new Set();
  transfers = [];
  holds = new Map();
  deadTokens = [];
  #agentBlocks = new Map();

  conversation(id, { type, owner, members, started, ended }) {
    const conversation = {
      id,
      type,
      owner,
      members: new Map(),
      blocks: new Map(),
      settings: 0,
      first: members,
    };
    for (const agent of members) this.membership(conversation, agent).begin(started).from[1] = ended;
    this.conversations.set(id, conversation);
    return conversation;
  }

  /** A pair's conversation exists from its first message on, whoever sends it. */
  direct(id, pair, span) {
    return (
      this.conversations.get(id) ??
      this.conversation(id, { type: "direct", owner: pair[0], members: pair, ...span })
    );
  }

  membership(conversation, agent) {
    return spansOf(conversation.members, agent);
  }

  /** The spans in which the agent blocks the conversation. */
  mute(conversation, agent) {
    return spansOf(conversation.blocks, agent);
  }

  /** The spans in which one agent blocks the other. */
  block(by, target) {
    return spansOf(this.#agentBlocks, `${by.number} ${target.number}`);
  }

  membersNow(conversation) {
    return this.agents.filter((agent) => conversation.members.get(agent)?.holds);
  }

  /** Whether somebody's block surely, or possibly, forbade a message. (§11.2, §11.3) */
  forbidden(conversation, sender, how, start, end) {
    const is = (spans) => spans[how](start, end);
    if (is(this.mute(conversation, sender))) return true;
    return this.agents.some(
      (other) =>
        other !== sender &&
        is(this.membership(conversation, other)) &&
        (is(this.block(other, sender)) || (conversation.type === "direct" && is(this.block(sender, other)))),
    );
  }

  /** Likewise for a send, which may name the other agent in place of the conversation. */
  sendForbidden(conversation, sender, to, how, start, end) {
    return to
      ? this.blockBetween(sender, to, how, start, end)
      : this.forbidden(conversation, sender, how, start, end);
  }

  blockBetween(one, other, how, start, end) {
    return this.block(one, other)[how](start, end) || this.block(other, one)[how](start, end);
  }
}

function spansOf(map, key) {
  let spans = map.get(key);
  if (!spans) map.set(key, (spans = new Spans()));
  return spans;
}
