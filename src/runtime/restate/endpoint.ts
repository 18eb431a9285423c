/** The endpoint that Restate calls: the order's object, its effects and its payments, served over HTTP/2. */
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import type { OrderStatus } from "../../../machines/facts.js";
import { registry as currentRegistry, type Registry } from "../../../machines/index.js";
import { Settings, type SomeSettings } from "../../../machines/settings.js";
import { declaredStatuses } from "../../../machines/statuses.js";
import { decide } from "../../core/decide.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import { type Clock, systemClock } from "../../ports/clock.js";
import { type Some, withDefaults } from "../../ports/defaults.js";
import type { Gateway } from "../../ports/gateway.js";
import { isolatedListener, isolatedLog, isolatedObserver } from "../../ports/isolated.js";
import { type Log, silent } from "../../ports/log.js";
import type { Observer } from "../../ports/observer.js";
import type { Shop } from "../../ports/shop.js";
import { checkedGateway, checkedShop } from "../embedded/answers.js";
import { instrumented } from "../embedded/instrumented.js";
import { limits as defaultLimits, type Limits } from "../embedded/limits.js";
import { loadSdk } from "./driver.js";
import { effectsService } from "./effects.js";
import { endsService } from "./ends.js";
import { DEFAULT_NAME, namesFor } from "./names.js";
import { orderObject } from "./order.js";
import { paymentsObject } from "./payments.js";
import { secretsObject } from "./secrets.js";

export interface RestateServiceOptions<Own extends string = never> {
  gateways: Gateway[];
  shop: Shop<string>;
  /** The shop's own statuses, each with the one of the eight that it is a child of: `{ picking: "processing" }`. */
  statuses?: Readonly<Record<Own, OrderStatus>> | undefined;
  settings?: SomeSettings | undefined;
  registry?: Registry | undefined;
  /** What the order's object is called in Restate, and how the others' names begin. Default `orders`. */
  name?: string | undefined;
  clock?: Clock | undefined;
  log?: Log | undefined;
  /** Told of the attempts at effects and of the calls to gateways; of the rest, Restate tells. */
  observer?: Observer | undefined;
  limits?: Some<Limits> | undefined;
  /** 0..1, for the jitter of retries. */
  random?: (() => number) | undefined;
  /** Replaces the decision, for tests that plant a fault. */
  decide?: typeof decide | undefined;
  /** Told of every durable decision at least once. */
  onDecision?: ((entry: HistoryEntry, record: OrderRecord) => void) | undefined;
  /**
   * `sent` (default): Restate keeps the time. `held`: nothing is sent with a delay; it goes out when `wake` is called,
   * for a clock that stands still.
   */
  delays?: "sent" | "held" | undefined;
  /** `publickeyv1_…`: only requests signed by this Restate are answered. Wanted wherever the port can be reached. */
  identityKeys?: string[] | undefined;
}

export interface RestateService {
  /** Listens; port 0 picks a free one. */
  listen(at?: { port?: number; hostname?: string }): Promise<{
    url: string;
    /** Takes no more sessions and ends those under way. */
    close(): Promise<void>;
  }>;
}

/**
 * After its 70 attempts Restate would pause an invocation until somebody resumes it by hand: an outage of an hour, and
 * orders stand still for good. Ours go on trying.
 */
const WITHOUT_END = 1_000_000_000;

export const restateService = <const Own extends string = never>(
  options: RestateServiceOptions<Own>,
): RestateService => {
  const { shop, gateways, clock = systemClock(), random = Math.random, name = DEFAULT_NAME } = options;
  const log = isolatedLog(options.log ?? silent);
  const observer = isolatedObserver(options.observer, log);
  const byName = new Map(gateways.map((gateway) => [gateway.name, checkedGateway(instrumented(gateway, observer))]));
  const limits = withDefaults(defaultLimits, options.limits);
  const rules = { settings: Settings.parse(options.settings ?? {}), registry: options.registry ?? currentRegistry };
  const statuses = declaredStatuses(options.statuses);
  const names = namesFor(name);

  const handler = async () => {
    const sdk = await loadSdk();
    const order = orderObject(sdk, {
      names,
      clock,
      log,
      limits,
      rules,
      random,
      decide: options.decide ?? decide,
      delays: options.delays ?? "sent",
      onDecision: isolatedListener(options.onDecision, "onDecision", log),
      toleranceOf: (gateway) => byName.get(gateway ?? "")?.tolerance ?? 0,
    });
    const effects = effectsService(sdk, {
      names,
      gateways: byName,
      shop: checkedShop(shop, byName, statuses),
      clock,
      limits,
      log,
      observer,
      random,
    });
    return sdk.createEndpointHandler({
      services: [order, effects, paymentsObject(sdk, names), endsService(sdk, names), secretsObject(sdk, names)],
      ...(options.identityKeys === undefined ? {} : { identityKeys: options.identityKeys }),
      defaultServiceOptions: {
        retryPolicy: { initialInterval: 100, exponentiationFactor: 2, maxInterval: 10_000, maxAttempts: WITHOUT_END },
      },
      logger: (meta, ...said) => {
        const level = meta.level === "trace" ? "debug" : meta.level;
        log[level]({ detail: said.map(String).join(" ") }, "Restate");
      },
    });
  };

  return {
    async listen({ port = 0, hostname = "127.0.0.1" } = {}) {
      const server = createServer(await handler());
      const sessions = new Set<ServerHttp2Session>();
      server.on("session", (session) => {
        sessions.add(session);
        session.on("close", () => sessions.delete(session));
      });
      await bound(server, port, hostname);
      const host = hostname.includes(":") ? `[${hostname}]` : hostname;
      return {
        url: `http://${host}:${(server.address() as AddressInfo).port}`,
        close: () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            for (const session of sessions) session.destroy();
          }),
      };
    },
  };
};

const bound = (server: Http2Server, port: number, hostname: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => resolve());
  });

/** Tells a Restate server where the service is; needed once per deployment. */
export const registerService = async (adminUrl: string, serviceUrl: string): Promise<void> => {
  const response = await fetch(`${adminUrl}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: serviceUrl, force: true }),
  });
  if (!response.ok) throw new Error(`Restate did not take the service: ${response.status} ${await response.text()}`);
};
