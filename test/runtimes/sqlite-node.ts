/** The engine on one SQLite file, in a process of its own. */

import { createEngine } from "../../src/runtime/embedded/engine.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { nodeParts, offer } from "../../src/testing/contracts/runtime/wire.js";

const engine = createEngine({
  store: sqliteStore({ file: process.argv[3] ?? "", ownerTimeoutMs: 10_000 }),
  ...nodeParts(),
});
await engine.start();
offer("", engine);
