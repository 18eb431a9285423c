/** The store in plain maps: for tests, simulations and trying things out. What is closed can be opened again. */
import { summaryOf } from "../../core/summary.js";
import { asAsked, boundless, dueInLanes, mostUrgent, peerOf, rankOf } from "../../ports/lanes.js";
import { inOrder, matches, rowOf } from "../../ports/listing.js";
import { ownersOf } from "../../ports/payments.js";
import { storableOnly } from "../../ports/storable.js";
import {
  type Change,
  type ClaimedEffect,
  type CommitResult,
  type DeadEvent,
  type Store,
  StoreError,
  type TimerRow,
} from "../../ports/store.js";
import { MemoryDeliveries } from "./deliveries.js";
import {
  allOf,
  byOrder,
  compare,
  free,
  hurried,
  inboxKey,
  inTurn,
  type KeptOrder,
  laneHeads,
  type MemoryRow,
  older,
  onlyWhile,
  pulledIn,
  released,
} from "./kept.js";
import { secrets } from "./secrets.js";

export interface MemoryStoreOptions {
  /** Keeps a later change outside from changing what is kept; whoever changes nothing needs none, as the simulator. */
  copy?: (<T>(value: T) => T) | undefined;
}

/** A store that lives as long as its process. */
export function memoryStore({ copy = structuredClone }: MemoryStoreOptions = {}): Store {
  const orders = new Map<string, KeptOrder>();
  /** Payment id -> the orders that have or had it. */
  const payments = new Map<string, Set<string>>();
  const outbox = new Map<string, MemoryRow>();
  const timers = new Map<string, Map<string, TimerRow>>();
  const inbox = new Map<string, DeadEvent>();
  const deliveries = new MemoryDeliveries(orders);
  let lastN = 0;
  let isOpen = false;

  const allTimers = () => allOf(timers);
  const effects = (dead: boolean) => [...outbox.values()].filter((row) => row.dead === dead);
  const events = (dead: boolean) => [...inbox.values()].filter((row) => row.dead === dead);

  const waits = (orderId: string): boolean =>
    [...outbox.values(), ...allTimers()].some((row) => row.orderId === orderId) ||
    [...inbox.values()].some((row) => row.envelope.orderId === orderId) ||
    deliveries.waits(orderId);

  const shown = ({ leaseUntil, worker, dead, error, peer, kind, ...row }: MemoryRow): ClaimedEffect =>
    copy({ ...row, previousError: error });

  const apply = (change: Change): CommitResult => {
    const { orderId, record, history, settledBy, kind = "background" } = change;
    const before = orders.get(orderId);
    if ((before?.record.version ?? 0) !== change.expectedVersion) return "conflict";
    const ids = history.map((entry) => entry.eventId);
    if (new Set(ids).size < ids.length || ids.some((id) => before?.decided.has(id))) return "conflict";
    if (settledBy !== undefined && change.settled.some((id) => outbox.get(id)?.worker !== settledBy))
      return "lease-lost";

    const order = before ?? { record, parked: null, history: [], decided: new Set() };
    orders.set(orderId, order);
    order.record = copy(record);
    order.history.push(...copy(history));
    deliveries.note(history);
    for (const id of ids) order.decided.add(id);
    for (const paymentId of summaryOf(record).payments)
      payments.set(paymentId, (payments.get(paymentId) ?? new Set()).add(orderId));
    for (const settled of change.settled) outbox.delete(settled);
    const waited = kind === "background" ? [] : outbox.values();
    for (const row of waited) if (row.orderId === orderId) row.kind = mostUrgent([row.kind, kind]);
    for (const row of change.effects) {
      const peer = peerOf(row, record);
      const createdAt = history.find((entry) => entry.seq === row.seq)?.at ?? record.facts.order.updatedAt;
      const fresh = { attempts: 0, createdAt, leaseUntil: 0, worker: null, dead: false, error: null };
      outbox.set(row.id, { ...copy(row), ...fresh, peer, kind });
    }
    const own = timers.get(orderId) ?? new Map<string, TimerRow>();
    for (const { timer, generation } of change.timers.cancel)
      if (own.get(timer)?.generation === generation) own.delete(timer);
    for (const row of change.timers.set) own.set(row.timer, { ...row });
    timers.set(orderId, own);
    for (const eventId of change.decided) inbox.delete(inboxKey(orderId, eventId));
    return "committed";
  };

  const store: Omit<Store, "open" | "close"> = {
    ...deliveries.methods,
    async load(asked) {
      return asked.map(({ orderId, eventIds }) => {
        const order = orders.get(orderId);
        const processedIds = eventIds.filter((id) => order?.decided.has(id));
        return { record: copy(order?.record ?? null), processedIds, parked: order?.parked ?? null };
      });
    },
    commit: async (changes) => changes.map(apply),
    async findByPayment(paymentId) {
      const named = [...(payments.get(paymentId) ?? [])].map((orderId) => {
        const record = orders.get(orderId)?.record ?? null;
        return { orderId, current: record?.facts.payment.id === paymentId, record };
      });
      return ownersOf(paymentId, named)[0] ?? null;
    },

    async claim(now, limit, leaseMs, worker, room = boundless) {
      const due = laneHeads(effects(false), now)
        .filter(({ head, leasedUntil }) => head.notBefore <= now && leasedUntil <= now)
        .map(({ head }) => head)
        .sort(inTurn);
      const peers = new Set(due.map(({ peer }) => peer));
      const dueIn = (peer: string, rank: number, most: number) =>
        due.filter((head) => head.peer === peer && rankOf(head.kind) === rank).slice(0, most);
      return dueInLanes(room, peers, limit, dueIn, inTurn).map((head) => {
        head.attempts += 1;
        head.leaseUntil = now + leaseMs;
        head.worker = worker;
        const claimed = { ...shown(head), peer: head.peer, kind: head.kind };
        head.error = null;
        return claimed;
      });
    },
    async release(worker, results) {
      for (const result of results) {
        const row = outbox.get(result.id);
        if (row?.worker !== worker) continue;
        if (result.outcome === "done") {
          outbox.delete(result.id);
          continue;
        }
        released(row, result);
      }
    },
    async hurry(orderIds, at) {
      for (const row of outbox.values()) if (orderIds.includes(row.orderId)) hurried(row, at);
    },
    async releaseUnacknowledged(worker, known) {
      for (const row of outbox.values()) {
        if (row.worker === worker && !known.includes(row.id)) free(row);
      }
    },
    async recoverLeases(worker) {
      for (const row of outbox.values()) {
        if (row.worker !== null && row.worker !== worker) free(row);
      }
      deliveries.recover(worker);
    },
    pullIn: async (now, longest) =>
      pulledIn(now, longest, [...outbox.values()], [...inbox.values()], allOf(timers)) +
      deliveries.pullIn(now, longest),
    async restored() {
      for (const row of outbox.values()) {
        if (row.lane !== "gateway" || row.dead) continue;
        Object.assign(free(row), { attempts: Math.max(1, row.attempts), error: null });
      }
    },

    async dueTimers(now, limit) {
      return allTimers()
        .filter((row) => row.at <= now)
        .sort((a, b) => a.at - b.at || byOrder(a, b) || compare(a.timer, b.timer))
        .slice(0, limit)
        .map((row) => ({ ...row }));
    },
    async postpone(rows) {
      for (const row of rows) {
        const { orderId, id } = row.envelope;
        const key = inboxKey(orderId, id);
        if (orders.get(orderId)?.decided.has(id)) inbox.delete(key);
        else {
          lastN += 1;
          inbox.set(key, { ...copy(row), n: inbox.get(key)?.n ?? lastN });
        }
      }
    },
    async dueEvents(now, limit) {
      const due = events(false).filter((row) => row.notBefore <= now);
      return copy(due.sort((a, b) => a.notBefore - b.notBefore).slice(0, limit)).map(({ n: _, ...row }) => row);
    },
    async nextDue() {
      const moments = [
        ...allTimers().map((row) => row.at),
        ...events(false).map((row) => row.notBefore),
        ...laneHeads(effects(false)).map(({ head, leasedUntil }) => Math.max(head.notBefore, leasedUntil)),
      ];
      return moments.length === 0 ? null : moments.reduce((a, b) => Math.min(a, b));
    },

    async history(orderId, after, limit) {
      const entries = orders.get(orderId)?.history ?? [];
      return copy(entries.filter((entry) => entry.seq > after).slice(0, limit));
    },
    async prune(before, { after, limit, dryRun }) {
      const final = [...orders.values()].filter(({ record }) => record.orderId > after && !summaryOf(record).inDoubt);
      const page = final.sort((a, b) => byOrder(a.record, b.record)).slice(0, limit);
      let entries = 0;
      let of = 0;
      for (const order of page) {
        const at = order.history.at(-1)?.at ?? before;
        if (at >= before || order.parked !== null || waits(order.record.orderId)) continue;
        const gone = order.history.slice(0, -1);
        entries += gone.length;
        of += gone.length > 0 ? 1 : 0;
        if (!dryRun) order.history.splice(0, gone.length);
      }
      return { entries, orders: of, last: page.length < limit ? null : (page.at(-1)?.record.orderId ?? null) };
    },
    async list(filter) {
      const { paymentPrefix: start } = filter;
      return [...orders.values()]
        .filter(({ record }) => start === undefined || summaryOf(record).payments.some((id) => id.startsWith(start)))
        .map(({ record, parked }) => rowOf(record, parked))
        .filter((row) => matches(row, filter))
        .sort(inOrder(filter))
        .slice(0, filter.limit);
    },
    async effectsOf(orderId) {
      const own = [...outbox.values()].filter((row) => row.orderId === orderId).sort(asAsked);
      return own.map((row) => ({ ...shown(row), error: row.error, dead: row.dead }));
    },
    async openEffects(limit) {
      return effects(false)
        .sort(older)
        .slice(0, limit)
        .map((row) => ({ ...shown(row), error: row.error }));
    },
    async deadEffects(limit, after) {
      return effects(true)
        .filter((row) => after === undefined || older(row, after) > 0)
        .sort(older)
        .slice(0, limit)
        .map((row) => ({ row: shown(row), error: row.error ?? "" }));
    },
    async deadEvents(limit, after = 0) {
      return copy(events(true).filter(({ n }) => n > after)).slice(0, limit);
    },
    async revive(id, now, orderId) {
      const ofOrder = (one: string) => orderId === undefined || one === orderId;
      const effect = outbox.get(id);
      if (effect?.dead && ofOrder(effect.orderId)) {
        Object.assign(effect, { dead: false, attempts: 0, error: null, notBefore: now });
        return true;
      }
      const dead = events(true).filter(({ envelope }) => envelope.id === id && ofOrder(envelope.orderId));
      for (const row of dead) Object.assign(row, { dead: false, attempts: 0, notBefore: now });
      return dead.length > 0;
    },
    async park(orderId, reason) {
      const order = orders.get(orderId);
      if (order) order.parked = reason;
    },
    secret: secrets(),
    async counts() {
      const open = effects(false);
      const postponed = events(false);
      const all = [...orders.values()];
      const earliest = (moments: number[]) => (moments.length === 0 ? null : moments.reduce((a, b) => Math.min(a, b)));
      return {
        orders: orders.size,
        waitingEffects: open.length,
        deadEffects: effects(true).length,
        waitingEvents: postponed.length,
        deadEvents: events(true).length,
        timers: allTimers().length,
        parked: all.filter((order) => order.parked !== null).length,
        flagged: all.filter(({ record }) => summaryOf(record).flags.length > 0).length,
        damaged: 0,
        oldestEffectAt: earliest(open.map((row) => row.createdAt)),
        oldestEventAt: postponed[0]?.envelope.at ?? null,
        nextTimerAt: earliest(allTimers().map((row) => row.at)),
      };
    },
    // What is kept here was never written down, so it is what it was.
    damaged: async () => [],
    examine: async () => [],
    repair: async () => ({ taken: [], left: [] }),
  };

  const open = async () => {
    if (isOpen) throw new StoreError("locked", "The store is already open. Close it first.");
    isOpen = true;
  };
  const close = async () => {
    isOpen = false;
  };
  return storableOnly({ ...onlyWhile(() => isOpen, store), open, close });
}
