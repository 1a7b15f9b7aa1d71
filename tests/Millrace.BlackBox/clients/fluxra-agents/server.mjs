// The server under test: started, killed without warning, and started again on the same data.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { PATIENCE_MS, pause } from "./chance.mjs";
import { Lost, request } from "./wire.mjs";

export class Server {
  #process;
  #errors = "";

  constructor(executable, folder, port) {
    this.executable = executable;
    this.folder = folder;
    this.port = port;
    this.base = `http://127.0.0.1:${port}`;
  }

  static async start(executable, folder) {
    const server = new Server(executable, folder, await freePort());
    await server.start();
    return server;
  }

  /** Settings stand in the environment of whoever runs this. The server ends with this process, however that ends. */
  async start() {
    const command = [this.executable, "serve", "--urls", this.base, "--data", this.folder];
    this.#errors = "";
    this.#process = spawn("setpriv", ["--pdeathsig", "KILL", ...command], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process.stderr.on("data", (part) => (this.#errors = (this.#errors + part).slice(-4000)));
    const until = Date.now() + PATIENCE_MS;
    while (Date.now() < until) {
      if (this.#process.exitCode !== null || this.#process.signalCode !== null)
        throw new Error(`The server ended with ${this.#process.exitCode}:\n${this.#errors}`);
      try {
        const { status, json } = await request(this.base, {
          method: "GET",
          path: "/health",
          patience: 2_000,
        });
        if (status === 200 && json.status === "healthy") return;
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
      }
      await pause(25);
    }
    throw new Error(`The server does not get healthy:\n${this.#errors}`);
  }

  /** As `kill -9` does. */
  kill() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return Promise.resolve();
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGKILL");
    return gone;
  }

  /** The first mail to this address, once it has come: without SMTP mails lie in the operator's outbox. */
  async mailTo(address) {
    const outbox = path.join(this.folder, "outbox");
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await pause(50)) {
      const names = existsSync(outbox) ? readdirSync(outbox).filter((name) => name.endsWith(".eml")) : [];
      const mail = names
        .map((name) => readFileSync(path.join(outbox, name), "utf8"))
        .find((each) => each.includes(address));
      if (mail) return mail.replace(/=\r?\n/g, "").replace(/=3D/g, "=");
    }
    throw new Error(`No mail to ${address} came.`);
  }
}

function freePort() {
  return new Promise((resolve) => {
    const listener = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}
