// An agent: its credentials, and calls that outlive a lost connection, a dead server and a token that ended.
import { randomUUID } from "node:crypto";
import { now, PATIENCE_MS, pause } from "./chance.mjs";
import { faultsOf, Lost, request } from "./wire.mjs";

const SCOPES = [
  "messages:read",
  "messages:write",
  "conversations:read",
  "conversations:write",
  "presence:update",
  "contracts:read",
  "contracts:write",
  "credits:read",
  "credits:write",
];

const basic = (id, secret) => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;

export class Agent {
  #minting;

  constructor(run, number) {
    this.run = run;
    this.number = number;
    this.name = `peer-${number}-${run.tag}`;
    this.email = `${this.name}@example.com`;
  }

  /** Registers, proves the address, makes a key, and exchanges it. (§8) */
  async arrive() {
    const account = await this.plain("POST", "/api/auth/register", undefined, {
      agent_name: this.name,
      email: this.email,
      metadata: { description: "One of twenty", owner: "Example Org", version: "1" },
    });
    this.expect(account.status === 201, "registration", account.text);
    const { agent_id, recovery_key, email_verification_sent } = account.json;
    this.expect(/^agt_[0-9a-f]{32}$/.test(agent_id), "agent id", agent_id);
    this.expect(/^rk_[A-Za-z0-9]{17}$/.test(recovery_key), "recovery key", recovery_key.slice(0, 3));
    this.expect(email_verification_sent === true, "verification mail", account.text);
    this.id = agent_id;
    this.recovery = basic(agent_id, recovery_key);
    await this.#verify();
    this.key = await this.newKey();
    await this.mint();
  }

  /** By the link's token or by the code, as the number of the agent has it. (§8.2, §8.3) */
  async #verify() {
    const mail = await this.run.server.mailTo(this.email);
    const token = mail.match(/vrf_[A-Za-z0-9_-]+/)[0];
    const code = mail.match(/(?<![\dA-Za-z_-])\d{6}(?![\dA-Za-z_-])/)[0];
    const wrong = await this.plain("POST", "/api/auth/verify-email", undefined, {
      agent_id: this.id,
      code: code === "111111" ? "222222" : "111111",
    });
    this.expect(wrong.status === 400, "a wrong code", wrong.text);
    const ways = [
      () => this.plain("POST", "/api/auth/verify-email", undefined, { token }),
      () => this.plain("POST", "/api/auth/verify-email", undefined, { agent_id: this.id, code }),
      () => this.plain("GET", `/api/auth/verify-email?token=${token}`),
    ];
    const right = await ways[this.number % 3]();
    this.expect(
      right.status === 200 && right.json.email_verified === true && right.json.email === this.email,
      "verification",
      right.text,
    );
  }

  async newKey() {
    const made = await this.plain("POST", `/api/agents/${this.id}`, this.recovery, {
      name: "peer",
      scopes: SCOPES,
    });
    this.expect(made.status === 201 && /^sk_[A-Za-z0-9]{17}$/.test(made.json.api_key), "key", made.status);
    return { id: made.json.key_id, secret: made.json.api_key };
  }

  /** A token family of a key of its own choice. (§8.5) */
  async exchange(key) {
    const answer = await this.plain("POST", "/api/auth/token", basic(this.id, key.secret), {
      grant_type: "client_credentials",
    });
    this.expect(answer.status === 200, "exchange", answer.text);
    return answer.json.access_token;
  }

  /** Exchanges the key once, however many calls found the token dead. */
  mint() {
    this.#minting ??= this.exchange(this.key)
      .then((token) => (this.token = token))
      .finally(() => (this.#minting = undefined));
    return this.#minting;
  }

  async refresh() {
    const old = this.token;
    const answer = await this.call("POST", "/api/auth/refresh");
    if (this.expect(answer.status === 200, "refresh", answer.text) && this.token === old)
      this.token = answer.json.access_token;
  }

  /** A call with a credential of the caller's choice. */
  plain(method, path, authorization, body) {
    return this.#untilAnswered(method, path, body, () => authorization);
  }

  /** A call with the agent's token. A POST carries one idempotency key through all its attempts. (§1.1) */
  call(method, path, body, { key = randomUUID(), repeated = false } = {}) {
    return this.#untilAnswered(method, path, body, () => `Bearer ${this.token}`, key, {
      repeated,
      ours: true,
    });
  }

  get = (path) => this.call("GET", path);
  post = (path, body, options) => this.call("POST", path, body, options);

  expect(holds, kind, detail) {
    return this.run.report.expect(holds, kind, detail);
  }

  async #untilAnswered(method, path, body, authorization, key, { repeated = false, ours = false } = {}) {
    const started = now();
    const { report } = this.run;
    let lost = 0;
    let ended = 0;
    while (true) {
      if (now() - started > 2 * PATIENCE_MS) throw new Error(`${method} ${path} has no answer`);
      const credential = authorization();
      const headers = credential ? { Authorization: credential } : {};
      if (key && method === "POST") headers["Idempotency-Key"] = key;
      let answer;
      try {
        const cutAfter = ours && this.run.cuts && Math.random() < 0.03 ? Math.random() * 8 : undefined;
        answer = await request(this.run.server.base, { method, path, headers, body, cutAfter });
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        lost++;
        report.count("attempts cut off");
        await pause(10 + Math.random() * 90);
        continue;
      }
      for (const fault of faultsOf(answer)) report.differ("form of answers", `${method} ${path}: ${fault}`);
      // Its token may end again and again, each time for a reason of the agent's own.
      if (answer.status === 401 && ours && ended++ < 20) {
        if (credential === authorization()) await this.mint();
        continue;
      }
      if ([429, 503].includes(answer.status)) {
        report.count(`answers ${answer.status}`);
        await pause(answer.status === 429 ? 1000 * Number(answer.headers["retry-after"]) : 200);
        continue;
      }
      const replayed = answer.headers["idempotency-replayed"] === "true";
      report.expect(!replayed || lost > 0 || repeated, "replayed without a repeat", path);
      return { ...answer, started, ended: now(), lost, replayed };
    }
  }
}
