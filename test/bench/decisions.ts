/** Decisions per second of one core: ours, XState's documented way, and a hand-written switch. */
import { type Decision, decide } from "../../src/core/decide.js";
import { withCreateActor, withResolveState } from "./documented.js";
import { type Contender, eventsInMix, liveOnce, traced } from "./mix.js";
import { type Table, tableOf, turns } from "./rounds.js";
import { handWritten } from "./switch.js";

const ours: Contender<Decision> = {
  name: "decide()",
  next: (before, envelope) => decide(before?.record ?? null, envelope, envelope.at),
  status: (decision) => decision.record.facts.order.status,
  effects: (decision) => decision.effects.map(({ id, effect }) => `${id} ${effect.type}`),
};

export const contenders = [ours, withResolveState, withCreateActor, handWritten] as unknown as Contender[];
const PEER = 1;

/** Where a contender decides otherwise than decide() does; empty = all agree on every status and effect. */
export const disagreements = (): string[] => {
  const [first = [], ...others] = contenders.map(traced);
  return others.flatMap((told, i) =>
    first.flatMap((line, at) =>
      line === told[at] ? [] : [`${contenders[i + 1]?.name}: ${told[at]}\n  but decide() says ${line}`],
    ),
  );
};

/** CPU time, not the clock: another process on the same core costs nobody anything. */
const rateOf = (contender: Contender, ms: number): number => {
  const from = process.cpuUsage();
  let times = 0;
  let spent = 0;
  do {
    for (let i = 0; i < 20; i++) liveOnce(contender);
    times += 20;
    const { user, system } = process.cpuUsage(from);
    spent = user + system;
  } while (spent < ms * 1000);
  return (times * eventsInMix * 1e6) / spent;
};

export const decisions = (rounds: number, ms: number): Table => {
  for (const contender of contenders) rateOf(contender, ms);
  const rates = Array.from({ length: rounds }, (_, round) => {
    const found: number[] = [];
    for (const i of turns(contenders.length, round)) found[i] = rateOf(contenders[i] as Contender, ms);
    return found;
  });
  const names = contenders.map(({ name }) => name);
  return tableOf("Decisions", "events/cpu-s", names, PEER, rates);
};
