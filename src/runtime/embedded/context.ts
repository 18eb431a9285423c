/** What every part of the engine is handed: a host's options with the defaults filled in, made once. */
import type { OrderEvent } from "../../../machines/events.js";
import { registry as currentRegistry } from "../../../machines/index.js";
import { Settings } from "../../../machines/settings.js";
import { declaredStatuses, type Statuses } from "../../../machines/statuses.js";
import type { Rules } from "../../core/builder.js";
import { checkedRegistry } from "../../core/carried.js";
import { decide } from "../../core/decide.js";
import { type Clock, systemClock } from "../../ports/clock.js";
import { withDefaults } from "../../ports/defaults.js";
import type { Gateway } from "../../ports/gateway.js";
import { isolatedListener, isolatedLog, isolatedObserver } from "../../ports/isolated.js";
import { type Log, silent } from "../../ports/log.js";
import type { Observer } from "../../ports/observer.js";
import { UnknownGateway } from "../../ports/runtime.js";
import type { Store } from "../../ports/store.js";
import { type CheckedShop, checkedGateway, checkedShop, paidHere } from "./answers.js";
import { instrumented } from "./instrumented.js";
import { type Limits, limits } from "./limits.js";
import { Loops } from "./loops.js";
import type { EngineOptions } from "./options.js";

export type Gateways = ReadonlyMap<string, Gateway>;

export interface EngineContext {
  readonly store: Store;
  /** Its answers, and those of the gateways, are looked at before they become events. */
  readonly shop: CheckedShop;
  /** The shop's own. */
  readonly statuses: Statuses;
  /** By name. */
  readonly gateways: Gateways;
  readonly rules: Rules;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: Observer;
  readonly loops: Loops;
  /** Names this start in leases: a container gives every process the same pid. */
  readonly worker: string;
  readonly decide: typeof decide;
  readonly onDecision: NonNullable<EngineOptions["onDecision"]>;
  /** 0..1 */
  readonly random: () => number;
  readonly newEventId: () => string;
}

export const contextOf = (options: EngineOptions<string>): EngineContext => {
  const statuses = declaredStatuses(options.statuses);
  const log = isolatedLog(options.log ?? silent);
  const observer = isolatedObserver(options.observer, log);
  const gateways: Gateways = new Map(
    options.gateways.map((one) => [one.name, checkedGateway(instrumented(one, observer))]),
  );
  return {
    store: options.store,
    shop: checkedShop(options.shop, gateways, statuses),
    statuses,
    gateways,
    rules: {
      settings: Settings.parse(options.settings ?? {}),
      registry: checkedRegistry(options.registry ?? currentRegistry),
    },
    limits: withDefaults(limits, options.limits),
    clock: options.clock ?? systemClock(),
    log,
    observer,
    loops: new Loops(),
    worker: options.worker ?? crypto.randomUUID(),
    decide: options.decide ?? decide,
    onDecision: isolatedListener(options.onDecision, "onDecision", log),
    random: options.random ?? Math.random,
    newEventId: options.newId ?? (() => crypto.randomUUID()),
  };
};

/**
 * The event, in the names of the gateways that are set up here.
 * @throws UnknownGateway
 */
export const atKnownGateways = (event: OrderEvent, gateways: Gateways): OrderEvent => {
  const namesGateway = event.type === "payment.attached" || event.type === "payment.notCreated";
  if (namesGateway && event.gateway !== undefined) gatewayNamed(gateways, event.gateway);
  if (event.type !== "order.updated" || event.order === undefined) return event;
  return { ...event, order: paidHere(event.order, gateways) };
};

/** @throws UnknownGateway */
export const gatewayNamed = (gateways: Gateways, name: string | null): Gateway => {
  const gateway = gateways.get(name ?? "");
  if (gateway !== undefined) return gateway;
  throw new UnknownGateway(
    `no gateway named "${name ?? ""}" is configured; there are ${[...gateways.keys()].join(", ") || "none"}`,
  );
};
