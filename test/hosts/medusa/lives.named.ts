/** Random lives of carts in a real Medusa server; at their end its books and the bank's are one. */
import { test } from "vitest";
import { LIVES, liveAtRandom } from "../random-lives.js";
import { differences, live } from "./lives.js";
import { startMedusa } from "./place.js";

test(`${LIVES} lives: no law is broken, and no money differs`, async () => {
  await liveAtRandom({
    name: "Medusa",
    start: startMedusa,
    live,
    differences,
    counts: {
      payments: /^pays: [\da-f-]{36}$/,
      signed: /^signs/,
      captured: /^(capture|part): 200/,
      refunds: /^refund.*: 200/,
      cancelled: /^cancels: 200/,
      fulfilled: /^fulfil: (Fulfillment|200)/,
      "at the bank": /^the bank's staff/,
    },
  });
}, 2_400_000);
