/** Makes a broken life small: whatever can be left out while the same law stays broken is left out. */
import { Settings } from "../../../machines/settings.js";
import { liveScript, type SimulationOptions } from "./campaign.js";
import type { Breach } from "./laws.js";
import type { Script, ScriptStep } from "./script.js";

const MOST_RUNS = 300;

export interface Shrunk {
  script: Script;
  breaches: Breach[];
  /** Lives that were lived for it. */
  runs: number;
}

const withoutOrder = (script: Script, gone: number): Script => ({
  ...script,
  orders: script.orders.filter((_, i) => i !== gone),
  steps: script.steps
    .filter((step) => !("order" in step) || step.order !== gone)
    .map((step) => ("order" in step && step.order > gone ? { ...step, order: step.order - 1 } : step)),
});

const oneNode = (script: Script): Script => ({
  ...script,
  nodes: 1,
  steps: script.steps.map(({ node: _, ...step }) => step as ScriptStep),
});

/** Everything about the shop that could be plainer, each by itself. */
const plainer = (script: Script): Script[] => {
  const defaults = Settings.parse({});
  const settings = (Object.keys(defaults) as (keyof Settings)[])
    .filter((key) => JSON.stringify(script.settings[key]) !== JSON.stringify(defaults[key]))
    .map((key) => ({ ...script, settings: { ...script.settings, [key]: defaults[key] } }));
  const orders = script.orders.flatMap((plan, i) =>
    plan.lines.length > 1
      ? [{ ...script, orders: script.orders.map((o, j) => (i === j ? { ...o, lines: o.lines.slice(0, 1) } : o)) }]
      : [],
  );
  return [
    ...(script.orders.length > 1 ? script.orders.map((_, i) => withoutOrder(script, i)) : []),
    ...(script.nodes === 2 ? [oneNode(script)] : []),
    ...(script.answersWithin > 0 ? [{ ...script, answersWithin: 0 }] : []),
    ...settings,
    ...orders,
  ];
};

/** Without these steps; a calm life stays one that the reference knows. */
const without = (script: Script, gone: ReadonlySet<ScriptStep>): Script => ({
  ...script,
  steps: script.steps.filter((step) => !gone.has(step)),
});

/**
 * Delta debugging: first large parts of the script, then smaller ones, then what is around it, until nothing more
 * can go. `law` stays broken throughout.
 */
export const shrink = async (found: Script, law: string, options: SimulationOptions): Promise<Shrunk> => {
  let runs = 0;
  const first = await liveScript(found, options);
  let best: Shrunk = { script: found, breaches: first.breaches, runs };
  const accepts = async (script: Script): Promise<boolean> => {
    if (runs >= MOST_RUNS) return false;
    runs += 1;
    const { breaches } = await liveScript(script, options);
    if (!breaches.some((breach) => breach.law === law)) return false;
    best = { script, breaches, runs };
    return true;
  };
  const fewerSteps = async (): Promise<boolean> => {
    let any = false;
    for (let size = Math.ceil(best.script.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < best.script.steps.length; ) {
        const gone = new Set(best.script.steps.slice(from, from + size));
        if (await accepts(without(best.script, gone))) any = true;
        else from += size;
      }
    }
    return any;
  };
  const plainerShop = async (): Promise<boolean> => {
    let any = false;
    for (let i = 0; ; ) {
      const next = plainer(best.script)[i];
      if (next === undefined) return any;
      if (await accepts(next)) any = true;
      else i += 1;
    }
  };
  while (runs < MOST_RUNS) {
    const [steps, shop] = [await fewerSteps(), await plainerShop()];
    if (!steps && !shop) break;
  }
  return { ...best, runs };
};
