/** The composition root: where adapters, engine and doors are put together. */
import type { Settings } from "../../../machines/settings.js";
import type { Statuses } from "../../../machines/statuses.js";
import type { ActorMessage, HistoryEntry, OrderRecord } from "../../core/record.js";
import { type HttpOptions, httpApp } from "../../http/app.js";
import { listen } from "../../http/serve.js";
import { inspector } from "../../inspector/inspector.js";
import { type StatelyOptions, statelyServer } from "../../inspector/stately.js";
import type { ApiTokens } from "../../ports/access.js";
import { type Clock, systemClock } from "../../ports/clock.js";
import type { Gateway } from "../../ports/gateway.js";
import { type Log, silent } from "../../ports/log.js";
import type { Shop } from "../../ports/shop.js";
import type { Store } from "../../ports/store.js";
import { createEngine, type Engine } from "../../runtime/embedded/engine.js";
import type { EngineOptions } from "../../runtime/embedded/options.js";
import type { Telemetry } from "../../telemetry/telemetry.js";
import { atMost } from "./ending.js";
import { checkPort, INSPECTOR, noPort } from "./listening.js";
import type { Fetch } from "./sandbox.js";

export interface Common {
  settings: Settings;
  clock?: Clock;
  log?: Log;
  telemetry?: Telemetry;
  port?: number;
  host?: string;
  /** null = only this computer. */
  apiToken: ApiTokens | null;
  /** How long requests under way may take when it stops. */
  graceMs?: number;
  onDecision?: (entry: HistoryEntry, record: OrderRecord, messages: ActorMessage[]) => void;
  /** Whether people may act from the inspector. */
  actions?: boolean;
  /** Where a Stately inspector can listen to the machines; left out: nowhere. */
  stately?: StatelyOptions & { port: number };
}

export interface Running {
  engine: Engine;
  url: string;
  /** Where a Stately inspector can listen; null = nowhere. */
  stately: string | null;
  /**
   * Takes no more requests, ends what is under way, and lets go of everything.
   * @param drainMs before that, /readyz says no and all else goes on, so that a load balancer turns away first
   */
  stop(drainMs?: number): Promise<void>;
}

export interface ServerParts extends Common {
  store: Store;
  gateways: Gateway[];
  shop: Shop<string>;
  /** The shop's own. */
  statuses?: Statuses;
  engine?: Pick<EngineOptions, "limits" | "registry" | "decide" | "worker">;
  /** Called before the start. */
  subscribe?: (engine: Engine) => Promise<void>;
  /** What the banks prove themselves with, and the like. */
  doors?: (engine: Engine) => Partial<HttpOptions>;
  /** Laid around the app's door. */
  around?: (fetch: Fetch, engine: Engine, url: () => string) => Fetch;
}

/** After a start that failed, for letting go of what was opened: what went wrong is said at once, whatever hangs. */
export const LET_GO_MS = 1000;

const isInspector = (request: Request): boolean => {
  const { pathname } = new URL(request.url);
  return pathname === INSPECTOR || pathname.startsWith(`${INSPECTOR}/`);
};

/** An engine behind a door, with whatever store, shop and banks it is given. */
export const compose = async (parts: ServerParts): Promise<Running> => {
  const { log = silent, telemetry, clock = systemClock(), around = (fetch) => fetch } = parts;
  const { store, gateways, shop, statuses, settings, onDecision } = parts;
  const { port = 0, host = "127.0.0.1" } = parts;
  // First, because a port that is taken is the likeliest trouble, and nothing is open yet: an engine that has begun to
  // work would have to end its calls before it could be stopped.
  await checkPort(port, host);
  const stately =
    parts.stately === undefined ? null : await statelyServer(parts.stately).catch(noPort(parts.stately.port));
  const engine = createEngine({
    store,
    gateways,
    shop,
    statuses,
    settings,
    clock,
    log,
    ...(telemetry === undefined ? {} : { observer: telemetry.observer }),
    ...parts.engine,
    onDecision: (entry, record, messages) => {
      stately?.tell(entry, record, messages);
      onDecision?.(entry, record, messages);
    },
  });
  const end = async () => {
    await engine.stop();
    await stately?.close();
  };
  try {
    await parts.subscribe?.(engine);
    await engine.start();
    let draining = false;
    let url = "";
    const app = httpApp({
      engine,
      log,
      apiToken: parts.apiToken,
      publicUrl: () => url,
      draining: () => draining,
      ...telemetry,
      ...parts.doors?.(engine),
    });
    const looks = inspector({
      engine,
      base: INSPECTOR,
      access: parts.apiToken === null ? { kind: "loopback" } : { kind: "token", token: parts.apiToken },
      actions: parts.actions ?? false,
      log,
    });
    const door = around(
      (request) => (isInspector(request) ? looks.fetch(request) : app.fetch(request)),
      engine,
      () => url,
    );
    const served = await listen(door, { port, hostname: host }).catch(noPort(port, host));
    url = served.url;
    const stop = async (drainMs = 0) => {
      draining = true;
      served.drain();
      if (drainMs > 0) await clock.sleep(drainMs);
      // Who waits for the end of what he asked for gets it if it comes soon; else he is told that it is under way, not cut off.
      const grace = parts.graceMs ?? 0;
      const told = setTimeout(() => engine.waiters.stop(), grace / 2);
      await served.close(grace);
      clearTimeout(told);
      await end();
    };
    return { engine, url, stately: stately?.url ?? null, stop };
  } catch (error) {
    await atMost(LET_GO_MS, end());
    throw error;
  }
};
