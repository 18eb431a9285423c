/** A machine's structure as one short word: its states, events, targets and guard names, nothing of its wording. */
import { machinesOf, type Registry } from "../../machines/index.js";

type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json };

const wording = new Set(["meta", "description"]);

const plain = (value: unknown): Json => {
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, part]) => !wording.has(key) && typeof part !== "function")
        .map(([key, part]) => [key, plain(part)]),
    );
  }
  return typeof value === "function" ? "function" : (value as Json);
};

/** FNV-1a, 64 bits: short, and without a built-in of any platform. */
const fnv = (text: string): string => {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash ^= BigInt(text.charCodeAt(i));
    hash = (hash * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return hash.toString(16).padStart(16, "0");
};

const known = new WeakMap<Registry, string>();

export const structureHash = (registry: Registry): string => {
  let hash = known.get(registry);
  if (hash === undefined) {
    hash = fnv(JSON.stringify(Object.values(machinesOf(registry)).map((machine) => plain(machine.config))));
    known.set(registry, hash);
  }
  return hash;
};
