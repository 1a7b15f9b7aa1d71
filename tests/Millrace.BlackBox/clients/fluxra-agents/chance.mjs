// Chance and time.
export const now = () => performance.now();
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How long anything may take that is bound to come, also on a machine that is busy with other things. */
export const PATIENCE_MS = 180_000;

export const pick = (list) => list[Math.floor(Math.random() * list.length)];

/** One of `[weight, value]`. */
export function weighted(choices) {
  let at = Math.random() * choices.reduce((sum, [weight]) => sum + weight, 0);
  return choices.find(([weight]) => (at -= weight) < 0)[1];
}
