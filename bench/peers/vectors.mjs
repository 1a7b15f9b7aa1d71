// Asks usearch and sqlite-vec for the ten nearest of the vectors that a bench wrote, one thread, and prints what they
// found and how long they took, in milliseconds (for one query where queries are asked).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { getLoadablePath } from "@photostructure/sqlite-vec";
import usearch from "usearch";

const [folder, size, action, list] = process.argv.slice(2);
const dimensions = Number(size);
const nearest = 10;
const graph = join(folder, "usearch.index");

const actions = { build, search, compare };
console.log(JSON.stringify(actions[action]()));

function build() {
  const vectors = floats("vectors.f32");
  const keys = BigUint64Array.from({ length: vectors.length / dimensions }, (_, key) => BigInt(key));
  const index = usearchIndex(64);
  const started = performance.now();
  index.add(keys, vectors, 1);
  const ms = performance.now() - started;
  index.save(graph);
  return [{ ms }];
}

function search() {
  const queries = floats("queries.f32");
  return list.split(",").map((text) => {
    const width = Number(text);
    const index = usearchIndex(width);
    index.load(graph);
    index.search(queries, nearest, 1);
    // All queries in one call: nothing of the time is the crossing from JavaScript.
    const started = performance.now();
    const matches = index.search(queries, nearest, 1);
    const ms = (performance.now() - started) / (queries.length / dimensions);
    return { ms, width, found: Array.from(matches.keys, Number) };
  });
}

function compare() {
  const database = new DatabaseSync(":memory:", { allowExtension: true });
  database.enableLoadExtension(true);
  database.loadExtension(getLoadablePath());
  database.exec(`create virtual table t using vec0(v int8[${dimensions}] distance_metric=cosine)`);
  const insert = database.prepare("insert into t (rowid, v) values (?, vec_int8(?))");
  database.exec("begin");
  rows("vectors.i8").forEach((row, key) => insert.run(BigInt(key), row));
  database.exec("commit");

  const select = database.prepare(
    `select rowid from t where v match vec_int8(?) and k = ${nearest} order by distance`,
  );
  const queries = rows("queries.i8").slice(0, 50);
  queries.slice(0, 5).forEach((query) => select.all(query));
  const started = performance.now();
  const found = queries.flatMap((query) => select.all(query).map((row) => Number(row.rowid)));
  return [{ ms: (performance.now() - started) / queries.length, found }];
}

function usearchIndex(width) {
  return new usearch.Index({
    dimensions,
    metric: "cos",
    quantization: "i8",
    connectivity: 16,
    expansion_add: 128,
    expansion_search: width,
  });
}

function floats(name) {
  const bytes = readFileSync(join(folder, name));
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function rows(name) {
  const bytes = readFileSync(join(folder, name));
  return Array.from({ length: bytes.length / dimensions }, (_, row) =>
    new Uint8Array(bytes.buffer, bytes.byteOffset + row * dimensions, dimensions),
  );
}
