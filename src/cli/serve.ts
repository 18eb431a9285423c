/** `serve`: the engine over HTTP until it is told to stop. */
import { type Command, Option } from "commander";
import { pino } from "pino";
import { collectDefaultMetrics } from "prom-client";
import { Settings } from "../../machines/settings.js";
import { telemetry } from "../adapters/telemetry/telemetry.js";
import { redacted } from "../ports/log.js";
import { composeSandbox, INSPECTOR } from "./compose.js";
import { exitCodes, refused, wrongUsage } from "./ending.js";
import { numberIn, wholeIn } from "./options.js";
import { untilToldToStop } from "./stopping.js";
import { shownPlace } from "./stores.js";
import { say } from "./terminal.js";

interface Options {
  db?: string;
  store?: string;
  port: number;
  host: string;
  apiToken?: string;
  cooldown: number;
  holdStock?: number;
  logLevel: string;
  drain: number;
  sandbox?: true;
  actions?: true;
  stately?: number;
  json?: true;
}

const GRACE_MS = 10_000;

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);

const run = async (options: Options): Promise<void> => {
  const { port, host, apiToken, cooldown, holdStock } = options;
  const place = options.store ?? options.db;
  if (!isLoopback(host) && !apiToken) {
    throw wrongUsage(
      `${host} can be reached from other computers, and everybody could change orders; set a token with --api-token or ORDER_STATUS_TOKEN, or leave out --host`,
    );
  }
  if (!options.sandbox) {
    throw refused(
      "serve starts the sandbox only, so add --sandbox; for a real shop, a program of your own hands wooShop (order-status-engine/woocommerce) to createEngine and mounts httpApp",
    );
  }
  const log = redacted(pino({ level: options.logLevel }, pino.destination(2)));
  const settings = Settings.parse({
    cooldownSeconds: cooldown,
    ...(holdStock === undefined ? {} : { stockManagement: true, holdStockMinutes: holdStock }),
  });
  const watch = telemetry();
  collectDefaultMetrics({ register: watch.registry });
  const running = await composeSandbox({
    settings,
    log,
    telemetry: watch,
    port,
    host,
    apiToken: apiToken ?? null,
    graceMs: GRACE_MS,
    actions: options.actions === true,
    onDecision: ({ seq, from, to, source, event }, { orderId }) => {
      if (from !== to) log.info({ orderId, seq, from, to, source, event: event.type }, "the status changed");
    },
    ...(place === undefined ? {} : { store: place }),
    ...(options.stately === undefined ? {} : { stately: options.stately }),
  });
  const { url, banks, stately } = running;
  const bank = banks.resurs;
  const kept = place === undefined ? "a temporary file that is removed at the end" : shownPlace(place);
  const inspects = `${url}${INSPECTOR}/`;
  const store = place === undefined ? null : shownPlace(place);
  if (options.json) say(JSON.stringify({ url, inspector: inspects, stately, bank: bank.url, store }));
  else
    say(
      `Serving at ${url}\nLook at the orders at ${inspects}\nThe test bank is at ${bank.url}; orders are kept in ${kept}. Ctrl-C stops.`,
    );
  if (stately !== null && !options.json) say(`A Stately inspector can listen at ${stately}`);
  const signal = await untilToldToStop();
  log.info({ signal }, "stopping: what is under way ends first");
  // Ctrl-C is a person's, and no load balancer waits.
  await running.stop(signal === "SIGTERM" ? options.drain * 1000 : 0);
};

export const addServe = (program: Command): void => {
  program
    .command("serve")
    .description("the engine over HTTP, until it is told to stop")
    .option("--sandbox", "with a test bank and a test shop in place of real ones")
    .addOption(
      new Option("--store <place>", "a SQLite file, or postgres://…: any number of nodes on one").env(
        "ORDER_STATUS_STORE",
      ),
    )
    .addOption(
      new Option("--db <file>", "the SQLite file of the orders (left out: a temporary one)").conflicts("store"),
    )
    .option("--port <number>", "where it listens; 0 = any free port", wholeIn(0, 65_535), 8080)
    .option("--host <address>", "beyond this computer only together with a token", "127.0.0.1")
    .addOption(new Option("--api-token <token>", "asked of whoever uses the API").env("ORDER_STATUS_TOKEN"))
    .option("--actions", "let people act from the inspector; without it, it only looks")
    .option(
      "--stately <port>",
      "tell the machines' events and snapshots to a Stately inspector on this computer; 0 = any free port",
      wholeIn(0, 65_535),
    )
    .option("--cooldown <seconds>", "how long callbacks give way to the customer", numberIn(0, 86_400), 60)
    .option("--hold-stock <minutes>", "manage stock and hold it this long", wholeIn(1, 43_200))
    .addOption(
      new Option("--log-level <level>", "what is logged, as JSON to stderr")
        .choices(["debug", "info", "warn", "error", "silent"])
        .default("info"),
    )
    .option("--drain <seconds>", "how long it goes on after SIGTERM while /readyz says no", numberIn(0, 3600), 5)
    .option("--json", "print the addresses as JSON")
    .addHelpText(
      "after",
      `
GET /metrics has the numbers for Prometheus; docs/operating.md says what each means and when to be called.
In the sandbox GET /checkout/<order> creates the payment and leads to the bank's page, where the customer signs.

Examples:
  $ order-status serve --sandbox
  $ order-status serve --sandbox --db orders.db --cooldown 5
  $ order-status serve --sandbox --store postgres://shop:secret@db.internal/shop
  $ ORDER_STATUS_TOKEN=secret order-status serve --sandbox --host 0.0.0.0
${exitCodes("there is nothing to serve")}`,
    )
    .action(run);
};
