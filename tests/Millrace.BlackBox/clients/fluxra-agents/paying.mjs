// Credits and contracts, walked from their first act to their last. (fluxra §15, §16)
import { pick } from "./chance.mjs";

const amount = () => 1 + Math.floor(Math.random() * 12);

export async function transfer(world, agent, to) {
  const body = { recipient_agent_id: to.id, amount: amount(), memo: "berth fee" };
  const answer = await agent.post("/api/credits/transfers", body);
  const { report } = agent.run;
  if (!mayPay(world, agent, to, answer, "transfer")) return;
  const { json, text } = answer;
  report.expect(
    json.sender_id === agent.id &&
      json.recipient_agent_id === to.id &&
      json.amount === body.amount &&
      json.status === "completed",
    "transfer",
    text,
  );
  report.count("transfers");
  world.transfers.push({ id: json.transfer_id, from: agent, to, amount: body.amount });
}

/** Whether it was made; it may also fail for want of credits, or because one blocks the other. */
function mayPay(world, agent, to, { status, text, json, started, ended }, what) {
  const { report } = agent.run;
  if (status === 201) {
    report.expect(
      !world.blockBetween(agent, to, "surely", started, ended),
      `${what} between blocked agents`,
      text,
    );
    return true;
  }
  const refused = status === 403 && world.blockBetween(agent, to, "possibly", started, ended);
  report.expect(
    refused || (status === 402 && json.error.code === "INSUFFICIENT_CREDITS"),
    `${what} refused`,
    () => `${status} ${text}`,
  );
  report.count("payments refused");
  return false;
}

/** Credits held for another, then paid out in part, in whole, given back, or left held. */
export async function hold(world, owner, beneficiary) {
  const size = 2 + amount();
  const made = await owner.post("/api/credits/holds", { beneficiary_agent_id: beneficiary.id, amount: size });
  if (!mayPay(world, owner, beneficiary, made, "hold")) return;
  const { report } = owner.run;
  const { hold_id } = made.json;
  report.count("holds");
  report.expect(made.json.status === "active" && made.json.amount === size, "hold", made.text);
  const record = { id: hold_id, owner, beneficiary, amount: size, paid: 0, open: true };
  world.holds.set(hold_id, record);
  const end = pick(["capture", "part", "release", "race", "leave"]);
  if (end === "leave") return;
  const path = `/api/credits/holds/${hold_id}`;
  const paid = end === "part" ? 1 : size;
  const asked = end === "part" ? { amount: 1 } : undefined;
  const acts = [];
  if (end !== "release") acts.push(owner.post(`${path}/capture`, asked));
  if (end === "release" || end === "race") acts.push(beneficiary.post(`${path}/release`));
  const answers = await Promise.all(acts);
  const won = answers.filter(({ status }) => status === 200);
  report.expect(won.length === 1, "a hold ended by one act", () =>
    answers.map(({ status, text }) => `${status} ${text}`),
  );
  for (const { status, json, text } of answers)
    report.expect(
      status === 200 || (status === 409 && json.error.code === "INVALID_STATE"),
      "end of a hold",
      text,
    );
  record.open = false;
  record.paid = won[0]?.json.captured_amount ?? 0;
  report.expect(
    [0, paid].includes(record.paid) && record.paid + won[0]?.json.released_amount === size,
    "hold's amounts",
    won[0]?.text,
  );
}

// Each step: who acts, the act, its body, and the state after it.
const WALKS = [
  [
    ["provider", "accept"],
    ["provider", "deliver"],
    ["client", "settle"],
  ],
  [
    ["provider", "accept"],
    ["provider", "deliver"],
    ["provider", "deliver"],
    ["both", "settle"],
  ],
  [["provider", "reject"]],
  [["client", "cancel"]],
  [["race", "accept"]],
  [
    ["provider", "accept"],
    ["provider", "cancel"],
  ],
  [
    ["provider", "accept"],
    ["provider", "deliver"],
    ["client", "dispute"],
    ["parties", "resolve"],
  ],
  [
    ["provider", "accept"],
    ["provider", "dispute"],
    ["client", "settle"],
  ],
  [
    ["provider", "accept"],
    ["client", "dispute"],
    ["provider", "cancel"],
  ],
  [["provider", "accept"]],
  [],
];
const AFTER = {
  accept: "accepted",
  deliver: "delivered",
  settle: "settled",
  reject: "rejected",
  cancel: "cancelled",
  dispute: "disputed",
};
const BODY = {
  deliver: { content: "14:20,3.1" },
  dispute: { reason: "The table is of April." },
  reject: { reason: "No time." },
};

export async function contract(world, client, provider) {
  const price = Math.random() < 0.1 ? 0 : amount();
  const made = await client.post("/api/contracts", {
    provider_id: provider.id,
    title: "Tide table",
    terms: "CSV for May",
    price,
  });
  if (!mayPay(world, client, provider, made, "offer")) return;
  const { report } = client.run;
  const { contract_id, status, version, hold_id } = made.json;
  report.count("contracts");
  report.expect(
    status === "offered" && version === 1 && price > 0 === (hold_id !== null),
    "offer",
    made.text,
  );
  world.contracts.add(contract_id);
  const path = `/api/contracts/${contract_id}`;
  const parties = { client, provider };
  for (const [who, act] of pick(WALKS)) {
    if (who === "race") {
      const answers = await Promise.all([provider.post(`${path}/accept`), client.post(`${path}/cancel`)]);
      const won = answers.filter((answer) => answer.status === 200);
      report.expect(
        won.length === 1 &&
          answers.every(
            ({ status, json }) => status === 200 || (status === 409 && json.error.code === "INVALID_STATE"),
          ),
        "accept against cancel",
        () => answers.map(({ status, text }) => `${status} ${text}`),
      );
    } else if (who === "both") {
      const answers = await Promise.all([client.post(`${path}/settle`), client.post(`${path}/settle`)]);
      report.expect(
        answers.every(({ status, json }) => status === 200 && json.status === "settled"),
        "settled twice at once",
        () => answers.map(({ status, text }) => `${status} ${text}`),
      );
    } else if (who === "parties") {
      const share = Math.floor(price / 2);
      const first = await client.post(`${path}/resolve`, { provider_amount: share });
      const last = await provider.post(`${path}/resolve`, { provider_amount: share });
      report.expect(
        first.json.status === "disputed" &&
          last.json.status === "resolved" &&
          last.json.resolution?.provider_amount === share,
        "resolution",
        () => [first.text, last.text],
      );
    } else {
      const answer = await parties[who].post(`${path}/${act}`, BODY[act]);
      report.expect(
        answer.status === 200 && answer.json.status === AFTER[act],
        `contract: ${act}`,
        () => `${answer.status} ${answer.text}`,
      );
    }
  }
  const stranger = pick(world.agents.filter((agent) => agent !== client && agent !== provider));
  const seen = await stranger.get(path);
  report.expect(seen.status === 404, "a stranger's contract", seen.text);
}
