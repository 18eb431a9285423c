/** One of several engines on one PostgreSQL, in a process of its own. */

import { createEngine } from "../../src/runtime/embedded/engine.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { nodeParts, offer } from "../../src/testing/contracts/runtime/wire.js";

const engine = createEngine({
  store: postgresStore({ connectionString: process.argv[3] ?? "", poolSize: 3 }),
  ...nodeParts(),
});
await engine.start();
offer("", engine);
