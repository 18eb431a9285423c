/** What has to hold when everybody is back and nothing is left to do: by the file, the bank's books and the shop. */
import { isDeepStrictEqual } from "node:util";
import { registry } from "../../machines/index.js";
import { defaultSettings } from "../../machines/settings.js";
import { decide } from "../../src/core/decide.js";
import { StoreDatabase } from "../../src/stores/sqlite/database.js";
import { openFile } from "../../src/stores/sqlite/opening.js";
import * as wire from "../../src/stores/sqlite/wire.js";
import { noEvidence, type OrderEnd, type StoreEnd } from "../../src/testing/simulator/evidence.js";
import { breachesOf, laws } from "../../src/testing/simulator/laws.js";
import type { Lived } from "../../src/testing/simulator/life.js";
import type { Lane } from "./lane.js";
import type { End } from "./stories.js";

/** Those of the simulator's laws that need no look inside the process while it lived. */
const asked = [
  "moved-once",
  "never-more-than-there-is",
  "mailed-once",
  "stock-reduced-once",
  "legal-changes",
  "shop-agrees",
  "acknowledged-is-kept",
  "history-without-gaps",
  "answered",
  "every-no-says-why",
  "flags-equal-facts",
  "comes-to-rest",
  "nothing-given-up",
];
const ofTheHistory = ["acknowledged-is-kept", "history-without-gaps", "answered", "every-no-says-why"];

const FAR = Number.MAX_SAFE_INTEGER;
const minor = (major: number) => Math.round(major * 100);

/** Read by another process than the one that wrote it, from the file alone. */
const inFile = (lane: Lane, ids: string[]) => {
  const opened = openFile({ file: lane.file, readOnly: true });
  try {
    const whole = opened.db.pragma("integrity_check");
    const db = new StoreDatabase(opened);
    const timers = db.dueTimers(FAR, 1000).map(wire.readTimer);
    const effects = ids.flatMap((id) => db.effectsOf(id).map(wire.readEffect));
    const store: StoreEnd = {
      openEffects: effects.filter(({ dead }) => !dead).map(({ claimed }) => claimed.id),
      deadEffects: effects.filter(({ dead }) => dead).map(({ claimed, error }) => `${claimed.id}: ${error}`),
      openEvents: db.dueEvents(FAR, 1000).map((row) => wire.readEvent(row).envelope.id),
      deadEvents: db.deadEvents(0, 1000).map((row) => wire.readEvent(row).envelope.id),
      timers,
    };
    const orders = ids.map((orderId) => {
      const [row] = db.load([{ orderId, eventIds: [] }])[0] ?? [null];
      const { record } = wire.readLoaded(orderId, row);
      return { orderId, record, history: db.history(orderId, 0, 10_000).map(wire.readEntry) };
    });
    return { whole, timers, store, orders };
  } finally {
    opened.close();
  }
};

const endOf = (lane: Lane, { orderId, record, history }: ReturnType<typeof inFile>["orders"][number]): OrderEnd => {
  const { status, statusHistory, stockReductions, stockIncreases } = lane.woo.order(orderId);
  const payment = record?.facts.payment;
  const books = payment?.id ? lane.bank.books(payment.id) : null;
  return {
    orderId,
    record,
    history,
    inShop: { status, statusHistory, mails: lane.woo.confirmationMails(orderId), stockReductions, stockIncreases },
    truth: books && {
      ...(payment as NonNullable<typeof payment>),
      paymentId: payment?.id ?? "",
      changedAt: 0,
      exists: true,
      total: minor(books.total),
      authorized: minor(books.authorized),
      captured: minor(books.captured),
      canceled: minor(books.canceled),
      refunded: minor(books.refunded),
    },
  } as OrderEnd;
};

const asTold = (lane: Lane, end: OrderEnd, want: End): string | null => {
  const id = end.record?.facts.payment.id ?? "";
  const books = lane.bank.books(id);
  const took = lane.bank.calls.filter((call) => call.paymentId === id && call.applied);
  const got: Omit<End, "acknowledged" | "pruned"> = {
    orderId: want.orderId,
    status: end.inShop.status,
    changes: end.inShop.statusHistory.map(({ from, to }) => `${from} > ${to}`),
    mails: end.inShop.mails,
    captured: books?.captured ?? 0,
    refunded: books?.refunded ?? 0,
    calls: took.map(({ op }) => op),
  };
  const { acknowledged: _, pruned: __, ...wanted } = want;
  return isDeepStrictEqual(got, wanted) ? null : `is ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`;
};

/** Every timer that a record knows is a row, and every row is one that its record knows. */
const strayTimer = (timers: StoreEnd["timers"], { orderId, record }: OrderEnd): string | null => {
  const rows = (timers as { orderId: string; timer: string; generation: number; at: number }[])
    .filter((row) => row.orderId === orderId)
    .map(({ timer, generation, at }) => [timer, generation, at]);
  const known = Object.entries(record?.timers ?? {}).map(([timer, { generation, at }]) => [timer, generation, at]);
  return isDeepStrictEqual(rows.sort(), known.sort())
    ? null
    : `kept ${JSON.stringify(rows)}, known ${JSON.stringify(known)}`;
};

export const broken = (lane: Lane, ends: End[]): string[] => {
  const { whole, timers, store, orders } = inFile(
    lane,
    ends.map(({ orderId }) => orderId),
  );
  const after = orders.map((one) => endOf(lane, one));
  const evidence = noEvidence();
  evidence.ledger = lane.bank.calls.map(({ op, paymentId, key, applied, at }, tick) => {
    return {
      tick,
      at,
      op,
      paymentId,
      key: key ?? "",
      body: "",
      effect: Number(applied),
      answer: "ok",
      bookedLate: null,
    };
  });
  evidence.acknowledged = ends.flatMap(({ orderId, acknowledged }) =>
    acknowledged.map((one, tick) => ({ ...one, tick, at: 0, orderId, paymentId: null })),
  );
  const lived = {
    script: { settings: defaultSettings, orders: ends.map(({ orderId }) => ({ id: orderId })), steps: [] },
    evidence,
    before: after,
    reconciledFrom: 0,
    after,
    store,
    world: { registry, decide },
  } as unknown as Lived;
  const wasPruned = ends.some(({ pruned }) => pruned);
  const own = laws.filter(({ name }) => asked.includes(name) && !(wasPruned && ofTheHistory.includes(name)));
  return [
    ...(whole === "ok" ? [] : [`the file is damaged: ${whole}`]),
    ...breachesOf(lived, own).map(({ law, orderId, detail }) => `${law}: order ${orderId}, ${detail}`),
    ...after.flatMap((end, i) => {
      const told = asTold(lane, end, ends[i] as End);
      const stray = strayTimer(timers, end);
      const left = end.history.at(-1)?.seq;
      return [
        ...(told === null ? [] : [`as-it-was-told: order ${end.orderId} ${told}`]),
        ...(stray === null ? [] : [`every-timer-is-kept: order ${end.orderId} ${stray}`]),
        ...(left === end.record?.version ? [] : [`history-without-gaps: order ${end.orderId} ends with entry ${left}`]),
      ];
    }),
  ];
};
