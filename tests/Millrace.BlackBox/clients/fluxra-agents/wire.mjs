// One request of the contract over HTTP, and what holds for every answer. (fluxra §§1, 3, 4)
import http from "node:http";

/** The connection ended before there was a whole answer: whether the request was served is not known. */
export class Lost extends Error {}

const pool = new http.Agent({ keepAlive: true, maxSockets: 400 });

/** Sends a request; `cutAfter` gives up on it after so many milliseconds, as a caller who is cut off does. */
export function request(base, { method, path, headers = {}, body, cutAfter, patience = 30_000 }) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const outgoing = http.request(new URL(path, base), {
      method,
      agent: pool,
      headers: text === undefined ? headers : { ...headers, "Content-Type": "application/json" },
    });
    const lost = (why) => reject(new Lost(`${method} ${path}: ${why}`));
    outgoing.on("response", (incoming) => {
      const parts = [];
      incoming.on("data", (part) => parts.push(part));
      incoming.on("error", (error) => lost(error.message));
      incoming.on("close", () => {
        if (!incoming.complete) return lost("the answer was cut off");
        resolve(answer(incoming, Buffer.concat(parts).toString("utf8")));
      });
    });
    outgoing.on("error", (error) => lost(error.message));
    outgoing.setTimeout(patience, () => outgoing.destroy(new Error(`no answer in ${patience} ms`)));
    if (cutAfter !== undefined) setTimeout(() => outgoing.destroy(new Error("cut by the caller")), cutAfter);
    outgoing.end(text);
  });
}

function answer(incoming, text) {
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: incoming.statusCode, headers: incoming.headers, text, json };
}

const CODES = {
  400: ["INVALID_REQUEST", "INVALID_AGENT_ID", "INVALID_KEY_NAME", "INVALID_TARGET"],
  401: ["UNAUTHORIZED"],
  402: ["INSUFFICIENT_CREDITS"],
  403: ["FORBIDDEN"],
  404: ["NOT_FOUND"],
  405: ["METHOD_NOT_ALLOWED"],
  409: ["CONFLICT", "INVALID_STATE"],
  413: ["PAYLOAD_TOO_LARGE"],
  415: ["UNSUPPORTED_MEDIA_TYPE"],
  429: ["RATE_LIMIT_EXCEEDED"],
  503: ["SERVICE_UNAVAILABLE"],
};

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** What is wrong with an answer, whatever was asked; nothing when all is well. */
export function faultsOf({ status, headers, text, json }) {
  const faults = [];
  if (json === undefined) return [`${status} is not JSON: ${text.slice(0, 80)}`];
  if (!/^application\/json; ?charset=utf-8$/i.test(headers["content-type"] ?? ""))
    faults.push(`${status} has the type ${headers["content-type"]}`);
  if (!headers["x-request-id"]) faults.push(`${status} has no X-Request-Id`);
  if (status >= 400) {
    const code = json.error?.code;
    if (typeof json.error?.message !== "string" || !CODES[status]?.includes(code))
      faults.push(`${status} says ${text.slice(0, 120)}`);
    if (status === 401 && !headers["www-authenticate"]) faults.push("401 has no WWW-Authenticate");
    if ([429, 503].includes(status) && !(Number(headers["retry-after"]) >= 1))
      faults.push(`${status} has no Retry-After`);
  }
  timesIn(json, faults);
  return faults;
}

function timesIn(value, faults) {
  if (value === null || typeof value !== "object") return;
  for (const [name, inner] of Object.entries(value)) {
    if (name.endsWith("_at") && typeof inner === "string" && !TIME.test(inner))
      faults.push(`${name} is ${inner}`);
    else timesIn(inner, faults);
  }
}
