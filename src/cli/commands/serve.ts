/** `serve`: the engine over HTTP until it is told to stop. */
import { type Command, Option } from "commander";
import { defaultSettings, type Settings } from "../../../machines/settings.js";
import type { ApiTokens } from "../../ports/access.js";
import { type Log, redacted } from "../../ports/log.js";
import { Missing } from "../../ports/missing.js";
import { withoutPassword } from "../../ports/passwords.js";
import { secretFault } from "../../ports/secrets.js";
import { type Telemetry, telemetry } from "../../telemetry/telemetry.js";
import { load } from "../config/load.js";
import type { Ready } from "../config/schema.js";
import type { Common, Running } from "../lib/compose.js";
import { exitCodes, wrongUsage } from "../lib/ending.js";
import { INSPECTOR } from "../lib/listening.js";
import { numberIn, wholeIn } from "../lib/options.js";
import { untilToldToStop } from "../lib/stopping.js";
import { say, sayJson } from "../lib/terminal.js";

interface Options {
  config?: string;
  store?: string;
  port?: number;
  host?: string;
  apiToken?: string;
  cooldown?: number;
  holdStock?: number;
  logLevel?: Ready["logLevel"];
  drain?: number;
  sandbox?: true;
  actions?: true;
  stately?: number;
  statelyOrigin?: string[];
  statelyRelay?: string;
  json?: true;
}

const GRACE_MS = 10_000;

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);

/** Of these two the second wins where it is given. */
const settingsWith = (settings: Settings, { cooldown, holdStock }: Options): Settings => ({
  ...settings,
  ...(cooldown === undefined ? {} : { cooldownSeconds: cooldown }),
  ...(holdStock === undefined ? {} : { stockManagement: true, holdStockMinutes: holdStock }),
});

interface OpenedServer {
  running: Running;
  /** What else `--json` tells, and what a person is told. */
  more: Record<string, string>;
  says: string;
}

const opened = async (config: Ready | null, place: string | undefined, common: Common): Promise<OpenedServer> => {
  if (config === null) {
    const { composeSandbox } = await import("../lib/compose-sandbox.js");
    const running = await composeSandbox({ ...common, ...(place === undefined ? {} : { store: place }) });
    const bank = running.banks.resurs.url;
    return { running, more: { bank }, says: `The test bank is at ${bank}` };
  }
  const { composeConfigured } = await import("../lib/configured.js");
  const running = await composeConfigured({ ...config, store: place ?? config.store }, common);
  const { url: shop } = config.shop;
  return { running, more: { shop, publicUrl: config.http.publicUrl }, says: `The shop is at ${shop}` };
};

/** Where the configuration names its tokens, one that merely stands in the environment does not open more. */
const tokensFor = (config: Ready | null, { apiToken }: Options, command: Command): ApiTokens | null => {
  const fromOption = command.getOptionValueSource("apiToken") === "cli" ? apiToken : undefined;
  // A variable that is set to nothing is not set.
  return fromOption || config?.http.apiToken || apiToken || null;
};

/** null = prom-client or @opentelemetry/api is not installed: everything but /metrics works without it. */
const watching = async (log: Log): Promise<Telemetry | null> => {
  try {
    const watch = telemetry();
    const { collectDefaultMetrics } = await import("prom-client");
    collectDefaultMetrics({ register: watch.registry });
    return watch;
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    log.info({}, `/metrics is off. ${error.message}`);
    return null;
  }
};

const statelyOf = ({ stately: port, statelyOrigin: origins, statelyRelay: relay }: Options) => {
  if (port === undefined && (origins ?? relay) !== undefined) {
    throw wrongUsage("--stately-origin and --stately-relay go together with --stately <port>");
  }
  const wrong = origins?.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (wrong !== undefined)
    throw wrongUsage(`--stately-origin ${wrong} is not an origin; use one such as https://stately.ai`);
  if (relay !== undefined && !/^wss?:\/\//.test(relay)) {
    throw wrongUsage(`--stately-relay ${relay} is not the address of a WebSocket; use one such as ws://localhost:8080`);
  }
  if (port === undefined) return null;
  return { port, ...(origins === undefined ? {} : { origins }), ...(relay === undefined ? {} : { relay }) };
};

const run = async (options: Options, command: Command): Promise<void> => {
  const loaded = options.sandbox ? null : await load(options.config);
  const config = loaded?.config ?? null;
  const port = options.port ?? config?.http.port ?? 8080;
  const host = options.host ?? config?.http.host ?? "127.0.0.1";
  const apiToken = tokensFor(config, options, command);
  const place = options.store ?? config?.store;
  if (!isLoopback(host) && apiToken === null) {
    throw wrongUsage(
      `${host} can be reached from other computers, and everybody could change orders; set a token with --api-token or ORDER_STATUS_TOKEN, or leave out --host`,
    );
  }
  const fault = typeof apiToken === "string" ? secretFault(apiToken) : null;
  if (fault !== null) throw wrongUsage(`--api-token or ORDER_STATUS_TOKEN: ${fault}`);
  const stately = statelyOf(options);
  const { pino } = await import("pino");
  const log = redacted(pino({ level: options.logLevel ?? config?.logLevel ?? "info" }, pino.destination(2)));
  const watch = await watching(log);
  const common: Common = {
    settings: settingsWith(config?.settings ?? defaultSettings, options),
    log,
    ...(watch === null ? {} : { telemetry: watch }),
    port,
    host,
    apiToken,
    graceMs: GRACE_MS,
    actions: options.actions ?? config?.http.inspectorActions ?? false,
    ...(stately === null ? {} : { stately }),
    onDecision: (entry, record) => {
      const { seq, from, to, source, event } = entry;
      const { orderId } = record;
      if (from !== to) log.info({ orderId, seq, from, to, source, event: event.type }, "the status changed");
    },
  };
  const { running, more, says } = await opened(config, place, common);
  const { url, stately: machines } = running;
  const inspector = `${url}${INSPECTOR}/`;
  const store = place === undefined ? null : withoutPassword(place);
  if (options.json) sayJson({ url, inspector, stately: machines, store, ...more }, 0);
  else {
    const kept = store ?? "memory until it stops";
    say([
      `Serving at ${url}`,
      `Look at the orders at ${inspector}`,
      `${says}; orders are kept in ${kept}. Ctrl-C stops.`,
    ]);
    if (machines !== null)
      say(`Look at the machines at ${machines.replace("ws:", "http:")}/; a Stately inspector listens at ${machines}`);
  }
  const signal = await untilToldToStop();
  log.info({ signal }, "stopping: what is under way ends first");
  // Ctrl-C is a person's, and no load balancer waits.
  const drain = options.drain ?? config?.http.drainSeconds ?? 5;
  await running.stop(signal === "SIGTERM" ? drain * 1000 : 0);
};

export const addServe = (program: Command): void => {
  program
    .command("serve")
    .description("run the engine over HTTP until it is stopped")
    .option("--config <file>", "the configuration (default: order-status.config.ts, .mts, .js or .mjs here)")
    .addOption(new Option("--sandbox", "with a test bank and a test shop in place of real ones").conflicts("config"))
    .addOption(
      new Option("--store <place>", "a SQLite file, or postgres://…: any number of nodes on one").env(
        "ORDER_STATUS_STORE",
      ),
    )
    .option("--port <number>", "the port to listen on; 0 = any free port (8080)", wholeIn(0, 65_535))
    .option("--host <address>", "the address to listen on; for other computers a token is required (127.0.0.1)")
    .addOption(new Option("--api-token <token>", "the API token, with all rights").env("ORDER_STATUS_TOKEN"))
    .option("--actions", "enable actions in the inspector; without it, the inspector is read-only")
    .option(
      "--stately <port>",
      "serve a page with the machines' charts, events and snapshots, and a WebSocket for a Stately inspector, on this computer; 0 = any free port",
      wholeIn(0, 65_535),
    )
    .option("--stately-origin <origin...>", "with --stately: allow a page on another site, such as https://stately.ai")
    .option(
      "--stately-relay <url>",
      "with --stately: also send everything to a createInspectorServer(), such as ws://localhost:8080",
    )
    .option("--cooldown <seconds>", "how long callbacks are held for the customer's return (60)", numberIn(0, 86_400))
    .option("--hold-stock <minutes>", "manage stock and hold it this long", wholeIn(1, 43_200))
    .addOption(
      new Option("--log-level <level>", "what is logged, as JSON to stderr (info)").choices([
        "debug",
        "info",
        "warn",
        "error",
        "silent",
      ]),
    )
    .option(
      "--drain <seconds>",
      "seconds that it keeps serving after SIGTERM, while /readyz answers 503 (5)",
      numberIn(0, 3600),
    )
    .option("--json", "print the addresses as JSON")
    .addHelpText(
      "after",
      `
The configuration says where the shop and the banks are; options given here take precedence. "order-status init" writes one,
"order-status config" checks it and shows what is in effect.
GET /metrics has metrics for Prometheus; docs/operating.md explains each, and has alert rules.
In the sandbox, GET /checkout/<order> creates the payment and redirects to the test bank's page.

Examples:
  $ order-status serve
  $ order-status serve --config shops/se.config.ts --port 8081
  $ order-status serve --sandbox
  $ order-status serve --sandbox --store orders.db --cooldown 5
  $ order-status serve --sandbox --store postgres://shop@db.internal/shop    with PGPASSWORD in the environment
  $ ORDER_STATUS_TOKEN="$(openssl rand -hex 16)" order-status serve --sandbox --host 0.0.0.0
${exitCodes()}`,
    )
    .action(run);
};
