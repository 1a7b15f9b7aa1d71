// The openai package as a client of Millrace: node openai.mjs SCENARIO, with BASE_URL, API_KEY and MODEL in the
// environment. Ends with 0 when all that the scenario expects held.
import assert from "node:assert/strict";
import OpenAI from "openai";
import { picture, weatherSchema } from "./samples.mjs";

const { BASE_URL, API_KEY, MODEL, EXPECTED, SEES } = process.env;
const client = new OpenAI({ baseURL: `${BASE_URL}/v1`, apiKey: API_KEY, maxRetries: 0 });
const ask = (content, more = {}) => ({ model: MODEL, messages: [{ role: "user", content }], ...more });

const tools = [
  {
    type: "function",
    function: { name: "get_weather", description: "Tells the weather in a city.", parameters: weatherSchema },
  },
];

const scenarios = {
  async plain() {
    const answer = await client.chat.completions.create(ask("What is 17*23?"));
    assert.equal(answer.object, "chat.completion");
    assert.match(answer.choices[0].message.content, new RegExp(EXPECTED));
    assert.equal(answer.choices[0].finish_reason, "stop");
    assert.ok(answer.usage.total_tokens > 0);
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    assert.ok(answer._request_id, "the answer has a request id");
  },

  async stream() {
    const stream = await client.chat.completions.create(
      ask("What is 17*23?", { stream: true, stream_options: { include_usage: true } }),
    );
    let text = "";
    let finish, usage;
    for await (const chunk of stream) {
      assert.equal(chunk.object, "chat.completion.chunk");
      text += chunk.choices[0]?.delta.content ?? "";
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    assert.match(text, new RegExp(EXPECTED));
    assert.equal(finish, "stop");
    assert.ok(usage.total_tokens > 0);
  },

  // The package's own loop: the model calls, the function runs here, the model answers from what it gave.
  async tools() {
    const asked = [];
    const runner = client.chat.completions.runTools(
      ask("What is the weather in Zagreb?", {
        tools: [
          {
            type: "function",
            function: {
              ...tools[0].function,
              parse: JSON.parse,
              function: ({ city }) => {
                asked.push(city);
                return `It is 21 degrees and sunny in ${city}.`;
              },
            },
          },
        ],
      }),
    );
    const answer = await runner.finalContent();
    assert.deepEqual(asked, ["Zagreb"]);
    assert.match(answer, /21 degrees/);
  },

  async "tools-streamed"() {
    const stream = client.chat.completions.stream(ask("What is the weather in Zagreb?", { tools }));
    const answer = await stream.finalChatCompletion();
    assert.equal(answer.choices[0].finish_reason, "tool_calls");
    const [call] = answer.choices[0].message.tool_calls;
    assert.equal(call.function.name, "get_weather");
    assert.equal(JSON.parse(call.function.arguments).city, "Zagreb");
  },

  async schema() {
    const answer = await client.chat.completions.create(
      ask("Ada Lovelace is 36 years old and lives in London.", {
        response_format: {
          type: "json_schema",
          json_schema: {
            name: "person",
            strict: true,
            schema: {
              type: "object",
              properties: { name: { type: "string" }, age: { type: "integer" } },
              required: ["name", "age"],
              additionalProperties: false,
            },
          },
        },
      }),
    );
    const person = JSON.parse(answer.choices[0].message.content);
    assert.match(person.name, /Ada/);
    assert.equal(person.age, 36);
  },

  async image() {
    const answer = await client.chat.completions.create(
      ask([
        { type: "text", text: "What does the picture say?" },
        { type: "image_url", image_url: { url: `data:image/png;base64,${picture()}` } },
      ]),
    );
    assert.match(answer.choices[0].message.content, new RegExp(SEES, "i"));
  },

  async embeddings() {
    const input = ["a quick brown fox", "a fast brown fox", "quarterly tax report"];
    // The package asks for base64 unless told otherwise, and decodes it.
    const packed = await client.embeddings.create({ model: MODEL, input });
    const plain = await client.embeddings.create({ model: MODEL, input, encoding_format: "float" });
    assert.equal(plain.data.length, 3);
    assert.deepEqual(plain.data.map((item) => item.index), [0, 1, 2]);
    assert.ok(plain.usage.prompt_tokens > 0);
    const dimensions = plain.data[0].embedding.length;
    assert.ok(dimensions > 0);
    for (const [index, item] of packed.data.entries()) {
      assert.equal(item.embedding.length, dimensions);
      item.embedding.forEach((value, at) =>
        assert.ok(Math.abs(value - plain.data[index].embedding[at]) < 1e-6),
      );
    }
    const one = await client.embeddings.create({ model: MODEL, input: input[0], encoding_format: "float" });
    assert.deepEqual(one.data[0].embedding, plain.data[0].embedding);
  },

  async models() {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    assert.ok(names.includes(MODEL), `${MODEL} is not among ${names}`);
    assert.equal((await client.models.retrieve(MODEL)).id, MODEL);
    await assert.rejects(client.models.retrieve("nobody"), OpenAI.NotFoundError);
  },

  async "bad-key"() {
    const stranger = new OpenAI({ baseURL: `${BASE_URL}/v1`, apiKey: "wrong", maxRetries: 0 });
    const refusal = await rejection(stranger.chat.completions.create(ask("Hello")));
    assert.ok(refusal instanceof OpenAI.AuthenticationError, `${refusal}`);
    assert.equal(refusal.code, "invalid_api_key");
    await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
  },

  async "unknown-model"() {
    const refusal = await rejection(client.chat.completions.create({ ...ask("Hello"), model: "nobody" }));
    assert.ok(refusal instanceof OpenAI.NotFoundError, `${refusal}`);
    assert.equal(refusal.code, "model_not_found");
    assert.match(refusal.message, /nobody/);
  },

  async "bad-request"() {
    const refusal = await rejection(client.chat.completions.create({ model: MODEL, messages: [] }));
    assert.ok(refusal instanceof OpenAI.BadRequestError, `${refusal}`);
    assert.match(refusal.message, /messages/);
  },

  async "rate-limit"() {
    for (let call = 0; call < 3; call++) await client.models.list();
    const refusal = await rejection(client.models.list());
    assert.ok(refusal instanceof OpenAI.RateLimitError, `${refusal}`);
    assert.ok(Number(refusal.headers.get("retry-after")) > 0);
  },

  async abort() {
    const stream = await client.chat.completions.create(ask("Count", { stream: true }));
    let text = "";
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      if (text.includes("one")) break; // leaving the loop closes the connection
    }
    assert.doesNotMatch(text, /four/);
  },
};

const rejection = (promise) =>
  promise.then(() => assert.fail("was expected to be refused"), (refusal) => refusal);

await scenarios[process.argv[2]]();
