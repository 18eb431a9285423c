/**
 * Every interleaving of a meeting. What two of them have in common is walked once, so all are covered at the cost of
 * the states that they lead through; each state keeps the number of ways that lead to it.
 */
import { handlers, type Model, type World } from "./model.js";

const STEPS_EACH = 5;

/** What can be seen of a walk through every interleaving. */
export interface Walked {
  /** Orders in which the first five steps of each can come. */
  interleavings: number;
  states: number;
  steps: number;
  /** Each way in which it ended, once. */
  ends: string[];
  /** The shortest way to each law that broke; empty = none did. */
  breaches: string[];
}

export const walk = (model: Model): Walked => {
  interface Met {
    world: World;
    ways: number;
    path: string;
    made: number[];
  }
  const breaches = new Map<string, string>();
  const attempt = <T>(path: string, act: () => T): T | null => {
    try {
      return act();
    } catch (error) {
      const { message } = error as Error;
      if (!breaches.has(message)) breaches.set(message, `${message}, by ${path}`);
      return null;
    }
  };
  let layer = new Map<string, Met>();
  layer.set("", { world: model.start(), ways: 1, path: "", made: [0, 0, 0] });
  let states = 1;
  for (let depth = 0; depth < handlers.length * STEPS_EACH; depth += 1) {
    const next = new Map<string, Met>();
    for (const { world, ways, path, made } of layer.values()) {
      for (const node of handlers.keys()) {
        if ((made[node] as number) >= STEPS_EACH) continue;
        const way = `${path}${(handlers[node] as string)[0]}`;
        // A breach ends this way, and its continuations are not counted.
        const after = attempt(way, () => model.act(world, node));
        if (after === null) continue;
        const steps = made.map((n, i) => (i === node ? n + 1 : n));
        const key = `${steps} ${model.key(after)}`;
        const met = next.get(key);
        if (met === undefined) next.set(key, { world: after, ways, path: way, made: steps });
        else met.ways += ways;
      }
    }
    layer = next;
    states += layer.size;
  }
  const interleavings = [...layer.values()].reduce((sum, { ways }) => sum + ways, 0);
  const ends = new Set<string>();
  const seen = new Set<string>();
  const open = [...layer.values()].map(({ world, path }) => ({ world, path: `${path}…` }));
  for (let met = open.pop(); met !== undefined; met = open.pop()) {
    const { world, path } = met;
    const key = model.key(world);
    if (seen.has(key)) continue;
    seen.add(key);
    const able = [...handlers.keys()].filter((node) => model.canAct(world, node));
    for (const node of able) {
      const way = `${path}${(handlers[node] as string)[0]}`;
      const after = attempt(way, () => model.act(world, node));
      if (after !== null) open.push({ world: after, path: way });
    }
    if (able.length > 0) continue;
    const woken = model.wake(world);
    if (woken !== null) open.push({ world: woken, path: `${path} time ` });
    else attempt(path, () => ends.add(model.atRest(world)));
  }
  const all = states + seen.size;
  return { interleavings, states: all, steps: model.steps, ends: [...ends].sort(), breaches: [...breaches.values()] };
};
