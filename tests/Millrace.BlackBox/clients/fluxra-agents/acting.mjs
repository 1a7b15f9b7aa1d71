// What an agent does next, by chance, until it is told to stop.
import { pause, pick, weighted } from "./chance.mjs";
import { presence, revokeInFlight, revokeOwn } from "./credentials.mjs";
import { add, blockAgent, blockConversation, createGroup, leave, settle, someMember } from "./gathering.mjs";
import { contract, hold, transfer } from "./paying.mjs";
import { edit, pry, read, remove, send } from "./talking.mjs";

export class Acting {
  #world;
  #stopping = false;
  // What goes on beside an agent's next acts, since it takes a while.
  #background = new Set();
  #running = [];

  constructor(world) {
    this.#world = world;
  }

  begin(pace) {
    this.#running = this.#world.agents.map(async (agent) => {
      while (!this.#stopping) {
        await this.#next(agent);
        await pause(Math.random() * pace);
      }
    });
  }

  async end() {
    this.#stopping = true;
    await Promise.all(this.#running);
    await Promise.all(this.#background);
  }

  /** A group of the agent's own, with a third of the others. */
  found(agent) {
    const others = this.#world.agents.filter((other) => other !== agent && Math.random() < 0.35);
    return createGroup(this.#world, agent, others, `group of ${agent.name}`);
  }

  #next(agent) {
    const world = this.#world;
    const other = pick(world.agents.filter((each) => each !== agent));
    const conversations = [...world.conversations.values()];
    const ours = pick(conversations.filter((each) => each.members.get(agent)?.holds));
    const group = pick(
      conversations.filter((each) => each.type === "group" && each.members.get(agent)?.holds),
    );
    const own = pick(conversations.filter((each) => each.type === "group" && each.owner === agent));
    const stopping = () => this.#stopping;
    const act = weighted([
      [
        40,
        () =>
          ours &&
          send(world, agent, ours, { mention: Math.random() < 0.1 ? [other.id, other.id] : undefined }),
      ],
      [
        10,
        () =>
          ours &&
          send(world, agent, ours, {
            reply: pick([...world.messages.values()].filter((each) => each.conversation === ours))?.id,
          }),
      ],
      [15, () => send(world, agent, undefined, { to: other })],
      [10, () => edit(world, agent)],
      [5, () => remove(world, agent)],
      [15, () => ours && read(world, agent, ours)],
      [3, () => pry(world, agent)],
      [6, () => transfer(world, agent, other)],
      [3, () => this.#beside(contract(world, agent, other))],
      [2, () => this.#beside(hold(world, agent, other))],
      [2, () => this.#beside(blockAgent(world, agent, other, stopping))],
      [
        2,
        () =>
          group && group.owner !== agent && this.#beside(blockConversation(world, agent, group, stopping)),
      ],
      [4, () => own && add(world, agent, own, other)],
      [2, () => this.#dismiss(agent, own)],
      [2, () => group && group.owner !== agent && leave(world, agent, group, agent)],
      [2, () => own && settle(world, agent, own)],
      [0.3, () => this.found(agent)],
      [2, () => agent.refresh()],
      [1, () => revokeOwn(agent)],
      [1, () => this.#beside(revokeInFlight(world, agent, () => ours && send(world, agent, ours)))],
      [1, () => presence(agent, other)],
    ]);
    return act();
  }

  #dismiss(agent, own) {
    const member = own && someMember(this.#world, own, agent);
    return member && leave(this.#world, agent, own, member);
  }

  #beside(act) {
    const running = act.finally(() => this.#background.delete(running));
    this.#background.add(running);
  }
}
