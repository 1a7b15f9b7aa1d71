// At the end: every credit is where the acts that were acknowledged put it, and none came or went.
import { pages } from "./histories.mjs";

export async function compareAccounts(world, grant, report) {
  const contracts = new Map();
  const expected = new Map(world.agents.map((agent) => [agent.id, { available: grant, held: 0 }]));
  const move = (id, available, held) => {
    expected.get(id).available += available;
    expected.get(id).held += held;
  };
  for (const { from, to, amount } of world.transfers) {
    move(from.id, -amount, 0);
    move(to.id, amount, 0);
  }
  for (const { owner, beneficiary, amount, paid, open } of world.holds.values()) {
    move(owner.id, open ? -amount : -paid, open ? amount : 0);
    move(beneficiary.id, paid, 0);
  }
  for (const agent of world.agents)
    for (const contract of await pages(agent, "/api/contracts", "contracts", 33))
      contracts.set(contract.contract_id, contract);
  report.expect(
    contracts.size === world.contracts.size && [...world.contracts].every((id) => contracts.has(id)),
    "contracts listed",
    `${contracts.size} for ${world.contracts.size}`,
  );
  for (const { status, price, client_id, provider_id, resolution } of contracts.values()) {
    const open = ["offered", "accepted", "delivered", "disputed"].includes(status);
    const paid = { settled: price, resolved: resolution?.provider_amount }[status] ?? 0;
    move(client_id, open ? -price : -paid, open ? price : 0);
    move(provider_id, paid, 0);
  }
  let sum = 0;
  const moved = new Map();
  for (const agent of world.agents) {
    const { json: balance, text } = await agent.get("/api/credits/balance");
    const { available, held } = expected.get(agent.id);
    report.expect(
      balance.available === available && balance.held === held && balance.total === available + held,
      "balance",
      () => `${agent.name}: ${text} for ${available} and ${held}`,
    );
    sum += balance.total;
    agent.ledger = (await pages(agent, "/api/credits/ledger", "entries", 41)).reverse();
    compareLedger(agent, balance, report);
    for (const { reference_id, kind } of agent.ledger)
      moved.set(`${kind} ${reference_id}`, (moved.get(`${kind} ${reference_id}`) ?? 0) + 1);
  }
  report.count("credits at the end", sum);
  report.expect(
    sum === grant * world.agents.length,
    "credits came or went",
    `${sum} for ${grant * world.agents.length}`,
  );
  const transferIds = new Set(world.transfers.map(({ id }) => id));
  for (const kind of ["transfer_out", "transfer_in"]) {
    for (const id of transferIds)
      report.expect(moved.get(`${kind} ${id}`) === 1, "a transfer not once in the ledger", `${kind} ${id}`);
    const others = [...moved.keys()].filter(
      (each) => each.startsWith(`${kind} `) && !transferIds.has(each.split(" ")[1]),
    );
    report.expect(others.length === 0, "a transfer that nobody has the answer of", others);
  }
  world.finalContracts = contracts;
}

/** The entries add up, one after another, to the balance. */
function compareLedger(agent, balance, report) {
  let [available, held] = [0, 0];
  for (const entry of agent.ledger) {
    available += entry.available_delta;
    held += entry.held_delta;
    report.expect(
      entry.available_after === available && entry.held_after === held && available >= 0 && held >= 0,
      "ledger entry",
      () => ({ agent: agent.name, available, held, entry }),
    );
  }
  report.expect(available === balance.available && held === balance.held, "ledger's sum", agent.name);
  report.count("ledger entries", agent.ledger.length);
}
