/** Random lives of orders in a real Vendure server; at their end its books and the bank's are one. */
import { test } from "vitest";
import { LIVES, liveAtRandom } from "../random-lives.js";
import { differences, live } from "./lives.js";
import { startVendure } from "./place.js";

test(`${LIVES} lives: no law is broken, and no money differs`, async () => {
  await liveAtRandom({
    name: "Vendure",
    start: startVendure,
    live,
    differences,
    counts: {
      payments: /^pays: [\da-f-]{36}$/,
      signed: /^signs/,
      "settled or let go": /Payment(,|$)/,
      refunds: /: Refund$/,
      fulfilled: /^fulfil: (Fulfillment|200)/,
      "at the bank": /^the bank's staff/,
    },
  });
}, 2_400_000);
