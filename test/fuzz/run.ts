/** Throws inputs at the targets, one after the other, each known again by its seed and number. */
import { Chance, mixed } from "../../src/testing/simulator/chance.js";
import { fileTargets } from "./files.js";
import { gatewaysTarget } from "./gateways.js";
import { httpTarget } from "./http.js";
import { mutated } from "./mutate.js";
import type { Target } from "./target.js";

export interface Finding {
  target: string;
  /** Number of the input in its campaign. */
  input: number;
  detail: string;
  /** base64 */
  bytes: string;
}

export interface Run {
  seed: number;
  /** Numbers of the inputs: from here, so many. */
  from: number;
  inputs: number;
  targets?: string[];
  /** Told of each input before it is tried, so that one which never ends is known. */
  trying?: (input: number) => void;
}

export interface Tally {
  inputs: Record<string, number>;
  /** Milliseconds spent on each. */
  spent: Record<string, number>;
  findings: Finding[];
}

/** What inputs leave behind in a world is thrown away after so many. */
const PER_WORLD = 1500;
const MOST_FINDINGS = 50;

export const allTargets = (): Target[] => [httpTarget(), gatewaysTarget(), ...fileTargets()];

export const inputFor = (target: Target, seed: number, input: number): Uint8Array =>
  mutated(target.corpus, new Chance(mixed(seed, input)));

const tried = async (target: Target, bytes: Uint8Array): Promise<string | null> => {
  try {
    return await target.fuzz(bytes);
  } catch (error) {
    return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`.slice(0, 1500);
  }
};

/** Alone, in a world that nothing has happened in. */
export const replayed = async (target: Target, bytes: Uint8Array): Promise<string | null> => {
  await target.fresh?.();
  try {
    return (await tried(target, bytes)) ?? (await target.settled?.()) ?? null;
  } finally {
    await target.close?.();
  }
};

/** Targets take turns by their shares, in the same order under every seed. */
const turns = (targets: Target[]): Target[] =>
  targets.flatMap((target) => Array.from({ length: target.share }, () => target));

export const fuzz = async ({ seed, from, inputs, targets: names, trying }: Run): Promise<Tally> => {
  const targets = allTargets().filter(({ name }) => names === undefined || names.includes(name));
  const order = turns(targets);
  const tally: Tally = { inputs: {}, spent: {}, findings: [] };
  const sinceFresh = new Map<Target, number[]>();
  const found = (target: Target, input: number, detail: string) => {
    if (tally.findings.length >= MOST_FINDINGS) return;
    const bytes = Buffer.from(inputFor(target, seed, input)).toString("base64");
    tally.findings.push({ target: target.name, input, detail, bytes });
  };
  /** What was left behind is laid at the door of the input that leaves it behind alone, or of the last. */
  const judge = async (target: Target): Promise<void> => {
    const before = sinceFresh.get(target) ?? [];
    const left = (await target.settled?.()) ?? null;
    if (left !== null) {
      const guilty = [];
      for (const input of before) {
        if (guilty.length > 3) break;
        if ((await replayed(target, inputFor(target, seed, input))) !== null) guilty.push(input);
      }
      for (const input of guilty) found(target, input, left);
      if (guilty.length === 0) found(target, before.at(-1) ?? from, `${left}; no single input does it alone`);
    }
    sinceFresh.set(target, []);
  };

  const trial = async (target: Target, input: number): Promise<void> => {
    const began = performance.now();
    const wrong = await tried(target, inputFor(target, seed, input));
    tally.spent[target.name] = (tally.spent[target.name] ?? 0) + (performance.now() - began) / (target.atOnce ?? 1);
    tally.inputs[target.name] = (tally.inputs[target.name] ?? 0) + 1;
    if (wrong !== null) found(target, input, wrong);
  };

  for (const target of targets) await target.fresh?.();
  let underWay: Promise<void>[] = [];
  for (let input = from; input < from + inputs; input += 1) {
    const target = order[input % order.length] as Target;
    trying?.(input);
    if (target.atOnce === undefined) await trial(target, input);
    else {
      underWay.push(trial(target, input));
      if (underWay.length >= target.atOnce) {
        await Promise.all(underWay);
        underWay = [];
      }
    }
    if (target.settled === undefined) continue;
    const since = sinceFresh.get(target) ?? [];
    since.push(input);
    sinceFresh.set(target, since);
    if (since.length >= PER_WORLD) {
      await Promise.all(underWay);
      underWay = [];
      await judge(target);
      await target.fresh?.();
    }
  }
  await Promise.all(underWay);
  for (const target of targets) {
    await judge(target);
    await target.close?.();
  }
  return tally;
};
