/** A machine as text that Stately's editor and XState's `createMachine` take in. */
import type { AnyStateMachine } from "xstate";
import { guardName } from "./chart.js";

/** Code that has no name to stand for it. */
const nameless = new Set(["context", "params", "input", "output"]);
/** What `setup` knows of types; there are none in JSON. */
const typesOnly = new Set(["schemas", "types"]);

/** The editor shows descriptions, and nothing of what stands in `meta`. */
const described = (value: object): object => {
  const { meta, description } = value as { meta?: { says?: string; rule?: string }; description?: string };
  const text = description ?? meta?.says ?? meta?.rule;
  return text === undefined ? value : { description: text, ...value };
};

const plain = (key: string, value: unknown): unknown => {
  if (typesOnly.has(key)) return undefined;
  // The logic of an invoked actor may be an object too.
  if (key === "src" && typeof value !== "string") return "inline";
  if (typeof value === "function") return nameless.has(key) ? undefined : guardName(value);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? described(value) : value;
};

/** One call of `createMachine`, on JSON alone: guards, actions and delays are the names of what implements them. */
export const statelyOf = (config: AnyStateMachine["config"]): string =>
  `createMachine(${JSON.stringify(config, plain, 2)});\n`;
