/** The engine on one SQLite file, in a process of its own. */
import { sqliteStore } from "../../src/adapters/sqlite/store.js";
import { createEngine } from "../../src/engine/engine.js";
import { nodeParts, offer } from "../../src/testing/runtime-contract/wire.js";

const engine = createEngine({
  store: sqliteStore({ file: process.argv[3] ?? "", ownerTimeoutMs: 10_000 }),
  ...nodeParts(),
});
await engine.start();
offer("", engine);
