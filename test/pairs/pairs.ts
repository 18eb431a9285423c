/** The same pairs of record and event, decided by two builds: a change of the machines' form is to change no decision. */
import { isDeepStrictEqual } from "node:util";
import type { registry as current } from "../../machines/index.js";
import { type Decision, decide, defaultRules } from "../../src/core/decide.js";
import { liveMany } from "../../src/testing/simulator/campaign.js";

/** What decides, in a build: its `decide` and its `registry`. */
export interface Build {
  decide: typeof decide;
  registry: typeof current;
}

export interface Difference {
  event: string;
  status: string;
  /** The parts of the decision in which the two differ, such as `record.facts.payment.intended`. */
  in: string[];
}

export interface Compared {
  pairs: number;
  lives: number;
  different: number;
  /** How often each difference came up, by event, status and part. */
  kinds: Record<string, number>;
  /** A law that this build's own lives broke. */
  broken: number;
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** As it is stored: what is left out and what is undefined are the same. */
const stored = (decision: Decision): unknown => JSON.parse(JSON.stringify(decision));

/** Where two trees differ, as deep as they have the same keys. */
export const differing = (one: unknown, other: unknown, path = "", depth = 4): string[] => {
  if (isDeepStrictEqual(one, other)) return [];
  if (depth === 0 || !isTree(one) || !isTree(other) || Array.isArray(one) !== Array.isArray(other)) return [path];
  if (Array.isArray(one)) return [path];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) => differing(one[key], other[key], path === "" ? key : `${path}.${key}`, depth - 1));
};

const answerOf = (build: Build, [record, envelope, now, rules = defaultRules]: Parameters<typeof decide>): unknown => {
  try {
    return stored(build.decide(record, envelope, now, { ...rules, registry: build.registry }));
  } catch (error) {
    return { threw: String(error) };
  }
};

const compared = (mine: Decision, theirs: unknown, [record, { event }]: Parameters<typeof decide>): string | null => {
  const parts = differing(stored(mine), theirs);
  if (parts.length === 0) return null;
  return `${event.type} | ${record?.facts.order.status ?? "new"} | ${parts.join(", ")}`;
};

/**
 * Plays lives of orders, and has each of their decisions made by both builds.
 *
 * @param pairs ends after the life in which so many were decided
 */
export const comparedWith = async (
  other: Build,
  { seed, pairs, onLife }: { seed: number; pairs: number; onLife?: (done: number) => boolean },
): Promise<Compared> => {
  const tally: Compared = { pairs: 0, lives: 0, different: 0, kinds: {}, broken: 0 };
  const both: typeof decide = (...asked) => {
    // Copies, so that neither build can change what the other is given.
    const [record, envelope, now, rules] = asked;
    const theirs = answerOf(other, [structuredClone(record), structuredClone(envelope), now, rules]);
    const mine = decide(...asked);
    tally.pairs += 1;
    const kind = compared(mine, theirs, asked);
    if (kind !== null) {
      tally.different += 1;
      tally.kinds[kind] = (tally.kinds[kind] ?? 0) + 1;
    }
    return mine;
  };
  for (let life = 0; tally.pairs < pairs; life += 1) {
    const { broken } = await liveMany({ seed, decide: both }, life, life + 1);
    tally.lives += 1;
    tally.broken += broken.length;
    if (onLife?.(tally.pairs) === false) break;
  }
  return tally;
};
