/** The door to orders that live in Restate. */

import type { Command, Envelope, OrderEvent } from "../../../machines/events.js";
import type { OrderStatus } from "../../../machines/facts.js";
import { registry as currentRegistry, type Registry } from "../../../machines/index.js";
import { Settings, type SomeSettings } from "../../../machines/settings.js";
import { declaredStatuses, type StatusWord } from "../../../machines/statuses.js";
import { checkedRegistry } from "../../core/carried.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import type { Why } from "../../core/why.js";
import { type Clock, systemClock } from "../../ports/clock.js";
import { PLACED_ID, parseCommand, parsePlaced } from "../../ports/command.js";
import type { Gateway } from "../../ports/gateway.js";
import { isolatedLog } from "../../ports/isolated.js";
import { type Log, silent } from "../../ports/log.js";
import {
  type CanOptions,
  NotOffered,
  type Preview,
  type Queries,
  type Receipt,
  type ReconcileOptions,
  type Runtime,
  type SubmitOptions,
  UnknownOrder,
  type WaitingEffect,
} from "../../ports/runtime.js";
import type { Shop } from "../../ports/shop.js";
import { type OrderFilter, StoreError } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import { type Verbs, verbsOf } from "../../ports/verbs.js";
import { checkedGateway, checkedShop } from "../embedded/answers.js";
import { checkSubmitted, countOf, filterOf, knownId, newId } from "../embedded/asked.js";
import { checkout } from "../embedded/checkout.js";
import { refusedClaim } from "../embedded/claims.js";
import { atKnownGateways, gatewayNamed } from "../embedded/context.js";
import { methodsOf } from "../embedded/methods.js";
import { placedAgain } from "../embedded/placed-again.js";
import { paymentOf, readingOf } from "../embedded/queries.js";
import { sourceOf } from "../embedded/receipt.js";
import { reconcile } from "../maintenance/reconcile.js";
import { Admin, unfinishedIn } from "./admin.js";
import { deadLettersIn } from "./dead-letters.js";
import { loadClients } from "./driver.js";
import type { WaitingSubmit } from "./ends.js";
import { DEFAULT_NAME, namesFor } from "./names.js";
import type { PaymentEntry } from "./payments.js";
import type { ObjectQuestion, OrderReply, OrderState } from "./state.js";

export interface RestateRuntimeOptions<Own extends string = never> {
  ingressUrl: string;
  /** For what goes over all orders: `list`, the counts of `health`, `reconcile`. */
  adminUrl?: string | undefined;
  /** As given to `restateService`. */
  name?: string | undefined;
  /**
   * For `checkout`, `payment` and `reconcile`, which ask the bank from here; and for the callbacks: `httpApp` has
   * routes of these only.
   */
  gateways?: Gateway[] | undefined;
  /** For `reconcile`. */
  shop?: Shop<string> | undefined;
  /** As the service has them. */
  statuses?: Readonly<Record<Own, OrderStatus>> | undefined;
  settings?: SomeSettings | undefined;
  registry?: Registry | undefined;
  clock?: Clock | undefined;
  /** What `checkout` could not do; the service has a log of its own. */
  log?: Log | undefined;
  /** How long one request to Restate may take before it counts as unanswered. Default 30 s. */
  requestTimeoutMs?: number | undefined;
  /** Instead of the global one. */
  fetch?: typeof globalThis.fetch | undefined;
  /** A clock that is not Restate's: whoever waits for an end is kept waiting by this one. */
  delays?: "sent" | "held" | undefined;
}

export interface RestateRuntime<Own extends string = never> extends Runtime<Own>, Verbs {
  readonly settings: Settings;
  /** Where delays are `held`: sends what is due by now. */
  wake(orderId: string): Promise<void>;
  /** The whole of what is kept of an order, for tests and for the curious. */
  state(orderId: string): Promise<OrderState | null>;
}

const troubleIn = (error: unknown, service: string, handler: string): StoreError => {
  const said = thrownText(error);
  if ((error as { status?: number }).status === 404) {
    const wayOut = "serve it with restateService and register it with registerService";
    return new StoreError("not-ours", `Restate knows no service "${service}": ${wayOut}`, { cause: error });
  }
  // It may have been taken in all the same: the same event id sent again does no harm.
  return new StoreError("busy", `Restate gave no answer (${handler}): ${said}`, { cause: error });
};

type Waits = { timeoutMs?: number; signal?: AbortSignal };

/** Orders that live in Restate, as a `Runtime`. What goes over all orders throws `NotOffered` without `adminUrl`. */
export const restateRuntime = <const Own extends string = never>(
  options: RestateRuntimeOptions<Own>,
): RestateRuntime<Own> => {
  const { ingressUrl, name = DEFAULT_NAME, clock = systemClock(), requestTimeoutMs = 30_000 } = options;
  const log = isolatedLog(options.log ?? silent);
  const names = namesFor(name);
  const settings = Settings.parse(options.settings ?? {});
  const statuses = declaredStatuses(options.statuses);
  const rules = { settings, registry: checkedRegistry(options.registry ?? currentRegistry) };
  const gateways = new Map((options.gateways ?? []).map((gateway) => [gateway.name, checkedGateway(gateway)]));
  const admin = new Admin(options.adminUrl ?? null, names);
  const ingress = loadClients().then((clients) => {
    const door = clients.connect({ url: ingressUrl, ...(options.fetch && { fetch: options.fetch }) });
    return { clients, door };
  });
  // A missing driver is told to the first who asks for something.
  ingress.catch(() => {});

  const ask = async <T>(
    service: string,
    handler: string,
    key: string | null,
    parameter: unknown,
    waits: Waits = {},
  ): Promise<T> => {
    const { clients, door } = await ingress;
    const opts = clients.Opts.from<unknown, T>({
      ...(waits.signal === undefined ? { timeout: waits.timeoutMs ?? requestTimeoutMs } : { signal: waits.signal }),
      ...(parameter === undefined ? { input: clients.serde.empty as never } : { input: clients.serde.json as never }),
      output: clients.serde.json as never,
    });
    try {
      return await door.call<unknown, T>({ service, handler, parameter, opts, ...(key === null ? {} : { key }) });
    } catch (error) {
      throw troubleIn(error, service, handler);
    }
  };
  const order = async <T>(orderId: string, handler: string, parameter?: unknown, waits?: Waits) =>
    ask<T>(names.order, handler, knownId(orderId, "orderId"), parameter, waits);

  const receiptIn = (orderId: string, reply: OrderReply): Receipt => {
    if (reply.kind === "receipt") return reply.receipt;
    throw new UnknownOrder(orderId);
  };

  const settled = async (message: WaitingSubmit["message"], timeoutMs: number): Promise<Receipt> => {
    const { orderId } = message.envelope;
    const held = options.delays === "held";
    const waiting: WaitingSubmit = { orderId, message, timeoutMs: held ? null : timeoutMs };
    const abort = new AbortController();
    // Restate ends the wait itself, where it goes by the same clock; it is given time to say so.
    const waits: Waits = held ? { signal: abort.signal } : { timeoutMs: timeoutMs + requestTimeoutMs };
    const end = ask<OrderReply>(names.ends, "submit", null, waiting, waits);
    if (!held) return receiptIn(orderId, await end);
    const late = clock.sleep(timeoutMs, abort.signal).then(
      () => null,
      () => null,
    );
    end.catch(() => {});
    try {
      const reply = await Promise.race([end, late]);
      if (reply !== null) return receiptIn(orderId, reply);
      return receiptIn(orderId, await order<OrderReply>(orderId, "submit", message));
    } finally {
      abort.abort();
    }
  };

  const take = async (orderId: string, told: OrderEvent, how: SubmitOptions): Promise<Receipt> => {
    const id = how.id ?? crypto.randomUUID();
    const event = atKnownGateways(told, gateways);
    const envelope: Envelope = { id, orderId, at: clock.now(), source: how.source ?? sourceOf(event.type), event };
    const refused = await refusedClaim(findByPayment, orderId, id, event);
    if (refused !== null) return refused;
    const message = { kind: "submit", envelope, listener: null } as const;
    if (how.wait === "settled") return settled(message, how.timeoutMs ?? 30_000);
    return receiptIn(orderId, await order<OrderReply>(orderId, "submit", message));
  };

  const submit = async (
    orderId: string,
    event: Command<Own> | StatusWord<Own>,
    how: SubmitOptions = {},
  ): Promise<Receipt> => {
    const command = parseCommand(event, statuses);
    checkSubmitted(orderId, how);
    return take(orderId, command, how);
  };

  const findByPayment = async (paymentId: string) =>
    ask<PaymentEntry | null>(names.payments, "find", knownId(paymentId, "paymentId"), undefined);

  const read = (orderId: string) => order<OrderRecord | null>(orderId, "read");

  const can = async (
    orderId: string,
    event: Command<Own> | StatusWord<Own>,
    { fresh = false }: CanOptions = {},
  ): Promise<Preview> => {
    const question: ObjectQuestion = { event: parseCommand(event, statuses), reading: null };
    const record = fresh ? await read(orderId) : null;
    const gateway = gateways.get(record?.facts.payment.gateway ?? "");
    const isAsked = fresh === true || record?.facts.payment.readAt === null;
    if (record !== null && isAsked && gateway !== undefined) question.reading = await readingOf(record, gateway);
    const verdict = await order<Preview | null>(orderId, "can", question);
    if (verdict === null) throw new UnknownOrder(orderId);
    return verdict;
  };

  const state = (orderId: string) => order<OrderState | null>(orderId, "state");

  const effectsOf = async (orderId: string): Promise<WaitingEffect[]> => {
    return ((await state(orderId))?.effects ?? []).map(({ underWay: _, armed: __, ...row }): WaitingEffect => {
      return { ...row, previousError: row.error };
    });
  };

  const queries: Queries<Own> = {
    clock,
    read,
    can,
    why: (orderId) => order<Why | null>(orderId, "why"),
    history: async (orderId, after = 0, limit = 500) =>
      order<HistoryEntry[]>(orderId, "history", { after: countOf(after, "after"), limit: countOf(limit, "limit") }),
    parked: async (orderId) => (await state(orderId))?.parked ?? null,
    effectsOf,
    findByPayment,
    cooldownEndsAt: (orderId) => order<number | null>(orderId, "cooldownEndsAt"),
    deadLetters: async (limit, after) =>
      deadLettersIn(await admin.summaries("dead letters"), state, countOf(limit, "limit"), after),
    async health() {
      try {
        const response = await fetch(`${ingressUrl}/restate/health`, { signal: AbortSignal.timeout(5000) });
        if (!response.ok) throw new Error(`Restate answers ${response.status}`);
        if (!admin.offered) return { ok: true, trouble: null, counts: null, damaged: [], undetermined: [] };
        const [counts, damaged] = await Promise.all([admin.counts(), admin.damaged()]);
        return { ok: true, trouble: null, counts, damaged: damaged.slice(0, 20), undetermined: [] };
      } catch (error) {
        const trouble = thrownText(error);
        return { ok: false, trouble, counts: null, damaged: [], undetermined: [] };
      }
    },
    list: async (filter: OrderFilter) => admin.list(filterOf(filter)),
    unfinished: async (limit) => unfinishedIn(await Promise.all((await admin.withWork(limit)).map(state)), limit),
  };

  return {
    ...verbsOf(submit),
    queries,
    clock,
    settings,
    statuses,
    gateways: new Map([...gateways.values()].map(({ name, api = name }) => [name, api])),
    submit,
    // The service knows what its gateways tolerate.
    place: async (orderId, order) => {
      const placed = parsePlaced(order, gateways.get(order?.gateway ?? ""), clock.now(), statuses);
      return placedAgain({ read, submit }, placed, await take(newId(orderId), placed, { id: PLACED_ID }));
    },
    state,
    checkout: async (orderId, gateway, urls) =>
      checkout({ settings, read, submit, log }, gatewayNamed(gateways, gateway), orderId, urls),
    paymentMethods: () => methodsOf(gateways.values(), rules.registry.flows, log),
    secret: (secret, made) => ask<string | null>(names.secrets, "keep", secret, made),
    async payment(orderId) {
      const record = await read(orderId);
      return record === null ? null : paymentOf(record, gateways);
    },
    async revive(id, orderId) {
      // An effect's id begins with its order's: `order:version:index`.
      const of = orderId ?? /^(.+):\d+:\d+$/.exec(id)?.[1];
      if (of === undefined) {
        throw new NotOffered("Restate keeps each order by itself: to revive an event, name which order it belongs to");
      }
      const reply = await order<OrderReply>(of, "revive", id);
      return reply.kind === "revived" && reply.yes;
    },
    reconcile(how: ReconcileOptions = {}) {
      const { shop } = options;
      if (shop === undefined || !admin.offered) {
        throw new NotOffered("to reconcile, pass adminUrl, gateways and shop to restateRuntime");
      }
      return reconcile(
        {
          store: { list: (filter) => admin.list(filter), effectsOf, load: async () => [] },
          shop: checkedShop(shop, gateways, statuses),
          gateways,
          clock,
          rules,
          read,
          submit,
        },
        how,
      );
    },
    wake: (orderId) => order<void>(orderId, "wake", clock.now()),
  };
};
