/** `inspect`: the inspector over a store, for looking only; works beside a running engine. */
import type { Command } from "commander";
import { registry } from "../../../machines/index.js";
import { listen } from "../../http/serve.js";
import { inspector } from "../../inspector/inspector.js";
import { systemClock } from "../../ports/clock.js";
import { withoutPassword } from "../../ports/passwords.js";
import type { Store } from "../../ports/store.js";
import { queriesOf } from "../../runtime/embedded/queries.js";
import { exitCodes } from "../lib/ending.js";
import { noPort } from "../lib/listening.js";
import { CONFIG, settingsIn } from "../lib/look.js";
import { wholeIn } from "../lib/options.js";
import { checkOut } from "../lib/out-file.js";
import { appendPrivate } from "../lib/private-file.js";
import { untilToldToStop } from "../lib/stopping.js";
import { lookingStore, storeOption } from "../lib/stores.js";
import { say, sayJson } from "../lib/terminal.js";

interface Options {
  store: string;
  config?: string;
  port: number;
  reveals?: string;
  json?: true;
}

const serveOver = async (store: Store, place: string, options: Options): Promise<void> => {
  const { config, port, reveals, json } = options;
  const clock = systemClock();
  const rules = { settings: await settingsIn(config), registry };
  const queries = queriesOf({ store, rules, clock, gatewayOf: () => null });
  const looks = inspector({
    engine: { queries },
    ...(reveals === undefined
      ? {}
      : {
          recordReveal: (reveal) =>
            appendPrivate(
              reveals,
              `${JSON.stringify({ at: new Date(clock.now()).toISOString(), store: place, ...reveal })}\n`,
            ),
        }),
  });
  const served = await listen(looks.fetch, { port }).catch(noPort(port));
  if (json) sayJson({ url: served.url, store: place }, 0);
  else say([`Look at ${place} at ${served.url}/`, "Nothing is changed. Ctrl-C stops."]);
  await untilToldToStop();
  await served.close();
};

const run = async (options: Options): Promise<void> => {
  const place = options.store;
  if (options.reveals !== undefined) checkOut(options.reveals);
  const store = await lookingStore(place);
  try {
    await serveOver(store, withoutPassword(place), options);
  } finally {
    await store.close();
  }
};

export const addInspect = (program: Command): void => {
  program
    .command("inspect")
    .description("serve the inspector over a store, read-only; works beside a running engine")
    .addOption(storeOption())
    .option(CONFIG, "the shop's configuration; what its settings refuse is not offered")
    .option("--port <number>", "the port to listen on, on this computer; 0 = any free port", wholeIn(0, 65_535), 0)
    .option(
      "--reveals <file>",
      "where it is logged, a line of JSON each, who had personal data shown and why; without it nothing is shown",
    )
    .option("--json", "print the address as JSON")
    .addHelpText(
      "after",
      `
The store is opened read-only; in PostgreSQL a user who may only SELECT is enough.
A running engine serves the same pages, with actions: order-status serve --actions

Examples:
  $ order-status inspect --store orders.db
  $ order-status inspect --store orders.db --port 8090 --reveals reveals.jsonl
  $ order-status inspect --store postgres://reader@db.internal/shop
${exitCodes()}`,
    )
    .action(run);
};
