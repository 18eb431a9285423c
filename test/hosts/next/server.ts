import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import * as shop from "../orders.js";

/** CommonJS, whose types do not fit an import from a module. */
const next = createRequire(import.meta.url)("next");

await shop.engine.start();
// Next bundles each route on its own; here they all find the one engine (shop.ts).
Object.assign(globalThis, { shop });

const app = next({ dir: import.meta.dirname, hostname: "127.0.0.1" });
await app.prepare();
const server = createServer(app.getRequestHandler());
server.listen(Number(process.env.PORT), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
shop.stopsWith(async () => {
  await new Promise((closed) => server.close(closed));
  await app.close();
});
