/** Random lives of orders in a real Vendure server; at their end its books and the bank's are one. */
import { test } from "vitest";
import { LIVES, liveAtRandom } from "../../random-lives.js";
import { live, settled } from "./lives.js";
import { startVendure } from "./place.js";

test(`${LIVES} lives: no law is broken, and no money differs`, async () => {
  await liveAtRandom({
    start: startVendure,
    live,
    settled,
    counts: {
      payments: /^pays: [\da-f-]{36}$/,
      signed: /^signs/,
      "settled or let go": /Payment(,|$)/,
      refunds: /: Refund$/,
      "at the bank": /^the bank's staff/,
    },
  });
}, 2_400_000);
