// The @anthropic-ai/sdk package as a client of Millrace: node anthropic.mjs SCENARIO, with BASE_URL, API_KEY and MODEL
// in the environment. Ends with 0 when all that the scenario expects held.
import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { picture, weatherSchema } from "./samples.mjs";

const { BASE_URL, API_KEY, MODEL, EXPECTED, SEES } = process.env;
const client = new Anthropic({ baseURL: BASE_URL, apiKey: API_KEY, maxRetries: 0 });
const ask = (content, more = {}) => ({
  model: MODEL,
  max_tokens: 500,
  messages: [{ role: "user", content }],
  ...more,
});
const textOf = (message) =>
  message.content
    .filter((block) => block.type === "text")
    .map((block) => block.text)
    .join("");

const tools = [{ name: "get_weather", description: "Tells the weather in a city.", input_schema: weatherSchema }];

const scenarios = {
  async plain() {
    const message = await client.messages.create(ask("What is 17*23?"));
    assert.equal(message.type, "message");
    assert.equal(message.role, "assistant");
    assert.match(textOf(message), new RegExp(EXPECTED));
    assert.equal(message.stop_reason, "end_turn");
    assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
    assert.ok(message._request_id, "the answer has a request id");
  },

  async stream() {
    const stream = client.messages.stream(ask("What is 17*23?"));
    let text = "";
    stream.on("text", (delta) => (text += delta));
    const message = await stream.finalMessage();
    assert.match(text, new RegExp(EXPECTED));
    assert.equal(textOf(message), text);
    assert.equal(message.stop_reason, "end_turn");
    assert.ok(message.usage.output_tokens > 0);
  },

  // By hand, as the documentation of the form shows: call, result, answer.
  async tools() {
    const question = ask("What is the weather in Zagreb?", { tools });
    const first = await client.messages.create(question);
    assert.equal(first.stop_reason, "tool_use");
    const call = first.content.find((block) => block.type === "tool_use");
    assert.equal(call.name, "get_weather");
    assert.deepEqual(call.input, { city: "Zagreb" });
    const second = await client.messages.create({
      ...question,
      messages: [
        ...question.messages,
        { role: "assistant", content: first.content },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: call.id,
              content: "It is 21 degrees and sunny in Zagreb.",
            },
          ],
        },
      ],
    });
    assert.match(textOf(second), /21 degrees/);
    assert.equal(second.stop_reason, "end_turn");
  },

  async "tools-streamed"() {
    const message = await client.messages
      .stream(ask("What is the weather in Zagreb?", { tools }))
      .finalMessage();
    assert.equal(message.stop_reason, "tool_use");
    const call = message.content.find((block) => block.type === "tool_use");
    assert.deepEqual(call.input, { city: "Zagreb" });
  },

  async image() {
    const message = await client.messages.create(
      ask([
        { type: "image", source: { type: "base64", media_type: "image/png", data: picture() } },
        { type: "text", text: "What does the picture say?" },
      ]),
    );
    assert.match(textOf(message), new RegExp(SEES, "i"));
  },

  async count() {
    const short = await client.messages.countTokens({ model: MODEL, messages: ask("Hello").messages });
    assert.ok(short.input_tokens > 0);
  },

  async "bad-key"() {
    const stranger = new Anthropic({ baseURL: BASE_URL, apiKey: "wrong", maxRetries: 0 });
    const refusal = await rejection(stranger.messages.create(ask("Hello")));
    assert.ok(refusal instanceof Anthropic.AuthenticationError, `${refusal}`);
    assert.equal(refusal.error.error.type, "authentication_error");
  },

  async "unknown-model"() {
    const refusal = await rejection(client.messages.create({ ...ask("Hello"), model: "nobody" }));
    assert.ok(refusal instanceof Anthropic.NotFoundError, `${refusal}`);
    assert.equal(refusal.error.error.type, "not_found_error");
  },

  async "bad-request"() {
    const refusal = await rejection(client.messages.create({ ...ask("Hello"), messages: [] }));
    assert.ok(refusal instanceof Anthropic.BadRequestError, `${refusal}`);
    assert.equal(refusal.error.error.type, "invalid_request_error");
  },

  async "rate-limit"() {
    const count = () => client.messages.countTokens({ model: MODEL, messages: ask("Hello").messages });
    for (let call = 0; call < 3; call++) await count();
    const refusal = await rejection(count());
    assert.ok(refusal instanceof Anthropic.RateLimitError, `${refusal}`);
    assert.equal(refusal.error.error.type, "rate_limit_error");
    assert.ok(Number(refusal.headers.get("retry-after")) > 0);
  },

  async abort() {
    const stream = client.messages.stream(ask("Count"));
    let text = "";
    stream.on("text", (delta) => {
      text += delta;
      if (text.includes("one")) stream.abort();
    });
    await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
    assert.doesNotMatch(text, /four/);
  },
};

const rejection = (promise) =>
  promise.then(() => assert.fail("was expected to be refused"), (refusal) => refusal);

await scenarios[process.argv[2]]();
