/** A return key that every test knows. Apart from `place.ts`: what a test starts as a process loads no doubles. */
import { addressKeys } from "../../src/http/keys.js";
import type { Engine } from "../../src/runtime/embedded/engine.js";

const known = "a return key that tests in several processes know";
/** Keeps the known key in a store before the engine makes one of its own. */
export const keepKnownKey = (engine: Pick<Engine, "secret">) =>
  addressKeys({ secret: (name) => engine.secret(name, known) });
/** Stands for an engine elsewhere that was told to keep the known key. */
export const knowsKey = { secret: async () => known };
