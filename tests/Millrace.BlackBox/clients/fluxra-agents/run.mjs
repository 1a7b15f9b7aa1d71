// Twenty agents on one server that is killed again and again, as the contract has them:
//   node run.mjs --server PATH --data DIR [--seconds 30] [--kills 3] [--agents 20] [--pace 100]
// Ends with 0 when nothing that was seen differs from the contract; else with 1 and what differs.
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { compareAccounts } from "./accounts.mjs";
import { Acting } from "./acting.mjs";
import { Agent } from "./agent.mjs";
import { now, pause } from "./chance.mjs";
import { compareFeeds } from "./feeds.mjs";
import { compareHistories } from "./histories.mjs";
import { PolledFeed, StreamedFeed } from "./listener.mjs";
import { Report } from "./report.mjs";
import { Server } from "./server.mjs";
import { compareViews } from "./views.mjs";
import { World } from "./world.mjs";

const text = (otherwise) => ({ type: "string", default: otherwise });
const { values: options } = parseArgs({
  options: {
    server: text(),
    data: text(),
    seconds: text("30"),
    kills: text("3"),
    agents: text("20"),
    pace: text("100"),
  },
});
const [seconds, kills, count, pace] = ["seconds", "kills", "agents", "pace"].map((name) =>
  Number(options[name]),
);

const report = new Report();
const world = new World();
const acting = new Acting(world);
const run = { report, tag: Date.now().toString(36), cuts: false };

mkdirSync(options.data, { recursive: true });
run.server = await Server.start(options.server, options.data);
process.on("unhandledRejection", finish);
await play().then(() => finish(), finish);

async function finish(error) {
  if (error) report.differ("the run broke off", error.stack);
  await run.server.kill();
  report.print();
  process.exit(report.differences === 0 ? 0 : 1);
}

async function play() {
  const grant = await arrive();
  for (const agent of world.agents.slice(0, count / 3)) await acting.found(agent);

  run.cuts = true;
  acting.begin(pace);
  await killAgainAndAgain();
  await acting.end();
  run.cuts = false;
  for (const [what, compare] of [
    ["histories", () => compareHistories(world, report)],
    ["accounts", () => compareAccounts(world, grant, report)],
    ["feeds", () => compareFeeds(world, report)],
    ["views", () => compareViews(world, report)],
  ]) {
    const from = now();
    await compare();
    console.log(`${what} compared in ${Math.round(now() - from)} ms, ${report.differences} differences`);
  }
}

/** All agents, each with a feed that is open before anything happens; gives what each was granted. */
async function arrive() {
  for (let number = 0; number < count; number++) {
    const agent = new Agent(run, number);
    await agent.arrive();
    world.agents.push(agent);
  }
  const balances = [];
  for (const agent of world.agents) {
    agent.feed = new (agent.number % 5 === 4 ? PolledFeed : StreamedFeed)(agent);
    await agent.feed.open();
    balances.push((await agent.get("/api/credits/balance")).json.total);
  }
  report.count("agents", count);
  report.expect(new Set(balances).size === 1, "sign-up grant", balances);
  return balances[0];
}

/** The server lives its time in as many lives as it is killed, and one more. */
async function killAgainAndAgain() {
  const life = (seconds * 1000) / (kills + 1);
  for (let kill = 1; kill <= kills; kill++) {
    await pause(life * (0.3 + 1.4 * Math.random()));
    await run.server.kill();
    report.count("kills");
    const from = now();
    await run.server.start();
    console.log(
      `kill ${kill} of ${kills}: back after ${Math.round(now() - from)} ms, ${world.messages.size} messages so far, ${report.differences} differences`,
    );
  }
  await pause(life);
}
