// What the run counted, and where the server differed from its contract.

export class Report {
  counts = {};
  #differences = new Map();

  count(what, by = 1) {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  /** A difference between what the contract says and what was seen; each kind shows its first few. */
  differ(kind, detail) {
    const found = this.#differences.get(kind) ?? { times: 0, first: [] };
    found.times++;
    if (found.first.length < 5) found.first.push(detail);
    this.#differences.set(kind, found);
  }

  expect(holds, kind, detail) {
    if (!holds) this.differ(kind, typeof detail === "function" ? detail() : detail);
    return holds;
  }

  get differences() {
    return [...this.#differences.values()].reduce((sum, { times }) => sum + times, 0);
  }

  print() {
    for (const [kind, { times, first }] of this.#differences) {
      console.log(`DIFFERENCE ${kind}: ${times} times`);
      for (const detail of first)
        console.log(`  ${typeof detail === "string" ? detail : JSON.stringify(detail)}`);
    }
    for (const name of Object.keys(this.counts).sort())
      console.log(`  ${name.padEnd(44)}${this.counts[name]}`);
    console.log(`RESULT ${JSON.stringify({ ...this.counts, differences: this.differences })}`);
  }
}
