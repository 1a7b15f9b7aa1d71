// Tokens and keys that end while they are in use. (fluxra §8.6, §8.7, §9.3)
import { now, pause, pick } from "./chance.mjs";
import { stream } from "./listener.mjs";

/** A second family of the agent ends while requests and a stream use it; the first goes on. */
export async function revokeInFlight(world, agent, target) {
  const { report } = agent.run;
  const byKey = Math.random() < 0.3;
  const key = byKey ? await agent.newKey() : agent.key;
  const token = await agent.exchange(key);
  const authorization = `Bearer ${token}`;
  const late = [];
  let revokedAt = Infinity;
  let open;
  const opened = new Promise((resolve) => {
    void stream(agent.run.server.base, token, undefined, {
      opened: (outgoing) => resolve((open = outgoing)),
      event: ({ event }) => now() > revokedAt && late.push(event),
      refused: () => resolve(),
    }).then(resolve);
  });
  await opened;
  const answers = [];
  const use = async () => {
    const answer = await agent.plain("GET", "/api/auth/me", authorization);
    answers.push(answer);
  };
  const used = Promise.all(Array.from({ length: 4 }, use));
  const revoked = byKey
    ? await agent.call("DELETE", `/api/agents/${agent.id}/keys/${key.id}`)
    : await agent.plain("POST", "/api/auth/revoke", authorization);
  revokedAt = now();
  report.expect(
    revoked.status === 200 || (revoked.status === 401 && revoked.lost > 0),
    "revoking",
    revoked.text,
  );
  await used;
  await use();
  for (const { status, started, text } of answers)
    report.expect(status === 401 || (status === 200 && started < revokedAt), "a revoked token", text);
  report.expect(answers.at(-1).status === 401, "a revoked token afterwards", answers.at(-1).text);
  world.deadTokens.push({ agent, token });
  report.count(byKey ? "keys revoked in flight" : "tokens revoked in flight");
  if (open) {
    const sent = await target(agent);
    await pause(500);
    report.expect(
      !late.some((event) => event.data.message?.message_id === sent?.id && sent),
      "a revoked token's stream goes on",
      () => late,
    );
    open.destroy();
  }
}

/** The agent's own family ends under all that it is doing; its calls get themselves another. */
export async function revokeOwn(agent) {
  const { status, text } = await agent.plain("POST", "/api/auth/revoke", `Bearer ${agent.token}`);
  agent.run.report.count("own tokens revoked");
  agent.run.report.expect([200, 401].includes(status), "revoking its own", text);
}

export async function presence(agent, other) {
  const { report } = agent.run;
  const status = pick(["online", "away", "busy"]);
  const set = await agent.call("PUT", "/api/presence", { status, ttl_seconds: 600 });
  report.expect(
    set.status === 200 && set.json.status === status && set.json.status_text === null,
    "presence",
    set.text,
  );
  const seen = await other.get(`/api/agents/${agent.id}/presence`);
  report.expect(
    seen.status === 200 && [status, "offline"].includes(seen.json.status),
    "presence seen",
    seen.text,
  );
}
