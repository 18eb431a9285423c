/** The first secret under a name stays. */
import type { Store } from "../../ports/store.js";

export const secrets = (): Store["secret"] => {
  const kept = new Map<string, string>();
  return async (name, made) => {
    if (made !== null && !kept.has(name)) kept.set(name, made);
    return kept.get(name) ?? null;
  };
};
