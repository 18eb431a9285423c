/** One of several engines on one PostgreSQL, in a process of its own. */
import { postgresStore } from "../../src/adapters/postgres/store.js";
import { createEngine } from "../../src/engine/engine.js";
import { nodeParts, offer } from "../../src/testing/runtime-contract/wire.js";

const engine = createEngine({
  store: postgresStore({ connectionString: process.argv[3] ?? "", poolSize: 3 }),
  ...nodeParts(),
});
await engine.start();
offer("", engine);
