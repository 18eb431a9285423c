/**
 * One click at a bank whose answer is lost and which books the call later, over sockets, for each call, each way to
 * lose the answer and each delay. What the bank's books show at the end is what is told.
 */
import { randomUUID } from "node:crypto";
import type { Command } from "../../machines/commands.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { resursSimplified } from "../../src/gateways/resurs-legacy/index.js";
import type { Gateway } from "../../src/ports/gateway.js";
import type { Store } from "../../src/ports/store.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { madeUpBooking } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { legacyDouble } from "../../src/testing/doubles/resurs-legacy/double.js";
import { type WooDouble, wooDouble } from "../../src/testing/doubles/woocommerce/double.js";
import { type BankOperation, forwardTo, resursDouble } from "../../src/testing/index.js";
import { Mortal } from "../../src/testing/mortal.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { olderOperation, resursOperation } from "../gateways/operations.js";
import { type LateFront, type Loss, lateFront } from "./front.js";

export const T0 = Date.parse("2026-11-20T12:00:00.000Z");
const MINUTE = 60_000;
/** The payment is read 20 minutes after the end of a call whose answer was lost; that ends after 11 at the latest. */
const HORIZON_MINUTES = 40;
const TOTAL = 1000_00;
const PART = 100_00;
const CHANGED = 600_00;

/** Seconds; null = never. */
export const delays = [0, 1, 3, 8, 20, 33, 45, 90, 300, 900, null];
export const losses: Loss[] = ["504", "drop", "silence", "404", "refused repeat"];
export const callNames = [
  "capture",
  "cancel",
  "refund of an amount",
  "refund of a line",
  "cancel before new lines",
  "new lines",
  "booking",
  "checkout",
] as const;
export type CallName = (typeof callNames)[number];

export interface Cell {
  call: CallName;
  loss: Loss;
  after: number | null;
  killed: boolean;
  /** How often the call took effect in the bank's books. */
  times: number;
  /** What it takes effect with once, in minor units. */
  one: number;
  /** By how much the bank's books show more than was asked for, in minor units. */
  excess: number;
  /** The flags that stand at the end. */
  flags: { flag: string; amount?: number }[];
  /** What the click was answered in the end. */
  outcome: string;
  /** The order, its payment and the effects have come to rest. */
  atRest: boolean;
}

interface Books {
  authorized: number;
  captured: number;
  canceled: number;
  refunded: number;
}

interface Place {
  clock: VirtualClock;
  front: LateFront;
  gateway: Gateway;
  /** A payment of TOTAL that is accepted, captured or signed and not booked. */
  bring(state: "accepted" | "captured" | "signed"): string;
  books(paymentId: string): Books | null;
  sign(paymentId: string): void;
  close(): Promise<void>;
}

const none: Books = { authorized: 0, captured: 0, canceled: 0, refunded: 0 };
const minor = (major: number): number => Math.round(major * 100);
const minorOf = (books: Books | null): Books | null =>
  books && {
    authorized: minor(books.authorized),
    captured: minor(books.captured),
    canceled: minor(books.canceled),
    refunded: minor(books.refunded),
  };

const refusal = () =>
  Response.json(
    { traceId: randomUUID(), code: "BAD_REQUEST", message: "Not allowed", timestamp: new Date(T0).toISOString() },
    { status: 400 },
  );

const merchantApi = async (clock: VirtualClock): Promise<Place> => {
  const bank = await resursDouble({ clock });
  const front = await lateFront({ answer: forwardTo(bank.url), operationOf: resursOperation }, clock, refusal);
  const gateway = resursMapi({ baseUrl: front.url, clientId: "shop", clientSecret: "a-secret-of-the-shop", clock });
  return {
    clock,
    front,
    gateway,
    bring(state) {
      const id = randomUUID();
      const captured = state === "captured";
      const order = {
        totalOrderAmount: TOTAL / 100,
        authorizedAmount: captured ? 0 : TOTAL / 100,
        capturedAmount: captured ? TOTAL / 100 : 0,
        canceledAmount: 0,
        refundedAmount: 0,
        possibleActions: captured
          ? ["REFUND", "PARTIAL_REFUND"]
          : ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"],
      };
      const payment = { status: "ACCEPTED", order, application: { approvedCreditLimit: (2 * TOTAL) / 100 } };
      bank.setSeries(id, [{ from: 0, payment, taskStatus: { completed: true } }]);
      return id;
    },
    books: (id) => minorOf(bank.books(id)),
    sign: (id) => void bank.customerSigns(id),
    close: async () => {
      await front.close();
      await bank.close();
    },
  };
};

const soapRefusal = () =>
  new Response(
    `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault><faultcode>soap:Server</faultcode><faultstring>Not allowed</faultstring><detail><ns3:ECommerceError xmlns:ns3="http://ecommerce.resurs.com/v4/msg/exception"><errorTypeDescription>NOT_ALLOWED_IN_PAYMENT_STATE</errorTypeDescription><errorTypeId>20</errorTypeId><fixableByYou>true</fixableByYou><userErrorMessage>Not allowed</userErrorMessage></ns3:ECommerceError></detail></soap:Fault></soap:Body></soap:Envelope>`,
    { status: 500, headers: { "content-type": "text/xml; charset=utf-8" } },
  );

const simplifiedFlow = async (clock: VirtualClock): Promise<Place> => {
  const bank = await legacyDouble({ clock });
  const front = await lateFront({ answer: forwardTo(bank.url), operationOf: olderOperation }, clock, soapRefusal);
  const baseUrl = bank.addresses.baseUrl.replace(bank.url, front.url);
  const gateway = resursSimplified({
    baseUrl,
    userName: "shop",
    password: "a-password-of-the-shop",
    ...madeUpBooking,
    clock,
  });
  return {
    clock,
    front,
    gateway,
    bring() {
      const id = randomUUID();
      bank.expectPayment(id, TOTAL / 100);
      return id;
    },
    books: (id) => minorOf(bank.books(id)),
    sign: () => {},
    close: async () => {
      await front.close();
      await bank.close();
    },
  };
};

interface Story {
  place: (clock: VirtualClock) => Promise<Place>;
  operation: BankOperation;
  state: "accepted" | "captured" | "signed" | "none";
  /** null: the customer presses Pay. */
  click: Command | null;
  effect(books: Books): Pick<Cell, "times" | "one" | "excess">;
}

const via = "api" as const;
const per = (amount: number, one: number) => ({ times: amount / one, excess: Math.max(0, amount - one), one });
const lines = [
  { sku: "A", quantity: 1, total: CHANGED },
  { sku: "B", quantity: 1, total: TOTAL - CHANGED - PART },
  { sku: "C", quantity: 1, total: PART },
];

const changesLines: Command = {
  type: "merchant.editedLines",
  via,
  lines: [{ sku: "A", quantity: 1, total: CHANGED }],
  total: CHANGED,
  adds: false,
};

const stories: Record<CallName, Story> = {
  capture: {
    place: merchantApi,
    operation: "capture",
    state: "accepted",
    click: { type: "merchant.completed", via },
    effect: ({ captured }) => per(captured, TOTAL),
  },
  cancel: {
    place: merchantApi,
    operation: "cancel",
    state: "accepted",
    click: { type: "merchant.cancelled", via },
    effect: ({ canceled }) => per(canceled, TOTAL),
  },
  "refund of an amount": {
    place: merchantApi,
    operation: "refund",
    state: "captured",
    click: { type: "merchant.refundedAmount", via, amount: PART, lines: null },
    effect: ({ refunded }) => per(refunded, PART),
  },
  "refund of a line": {
    place: merchantApi,
    operation: "refund",
    state: "captured",
    click: { type: "merchant.refundedAmount", via, amount: PART, lines: [{ sku: "C", quantity: 1, total: PART }] },
    effect: ({ refunded }) => per(refunded, PART),
  },
  "cancel before new lines": {
    place: merchantApi,
    operation: "cancel",
    state: "accepted",
    click: changesLines,
    effect: ({ canceled }) => ({ ...per(canceled, TOTAL), times: canceled > TOTAL ? 2 : canceled / TOTAL }),
  },
  "new lines": {
    place: merchantApi,
    operation: "addOrderLines",
    state: "accepted",
    click: changesLines,
    effect: ({ authorized }) => per(authorized, CHANGED),
  },
  booking: {
    place: simplifiedFlow,
    operation: "bookSignedPayment",
    state: "signed",
    click: { type: "customer.returned", page: "signing-landing" },
    effect: ({ authorized }) => per(authorized, TOTAL),
  },
  checkout: {
    place: merchantApi,
    operation: "createPayment",
    state: "none",
    click: null,
    effect: ({ authorized }) => per(authorized, TOTAL),
  },
};

/** Counts the calls that have not been answered yet. */
const counted = (gateway: Gateway, count: { now: number }): Gateway =>
  new Proxy(gateway, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const asked = (member as (...a: unknown[]) => unknown).apply(target, args);
        if (!(asked instanceof Promise)) return asked;
        count.now += 1;
        return asked.finally(() => {
          count.now -= 1;
        });
      };
    },
  });

interface World {
  engine: Engine;
  /** Whatever is due now is done, down to calls that nobody answers. */
  settle(): Promise<void>;
  /** The process dies, and another is started on its store. */
  restart(): Promise<void>;
}

const CALM_TURNS = 4;

const worldOf = async ({ clock, front, gateway }: Place, woo: WooDouble): Promise<World> => {
  const store: Store = memoryStore();
  const calls = { now: 0 };
  let mortal = new Mortal(() => clock.now());
  const started = async (worker: string): Promise<Engine> => {
    const engine = createEngine({
      store: mortal.store(store),
      gateways: [mortal.gateway(counted(gateway, calls))],
      shop: mortal.shop(woo.shop),
      clock,
      random: () => 0.5,
      worker,
    });
    await engine.start();
    return engine;
  };
  const world: World = {
    engine: await started("first"),
    async settle() {
      for (let calm = 0; calm < CALM_TURNS; ) {
        await new Promise((resolve) => setImmediate(resolve));
        const waits = calls.now === front.held() && (world.engine.idle || calls.now > 0);
        calm = waits ? calm + 1 : 0;
      }
    },
    async restart() {
      mortal.die();
      await store.close();
      mortal = new Mortal(() => clock.now());
      world.engine = await started("second");
    },
  };
  return world;
};

/** The customer presses Pay until he is sent to the bank, and signs there. */
const pays = async (world: World, place: Place, orderId: string): Promise<string> => {
  for (let press = 0; press < 10; press += 1) {
    const urls = {
      successUrl: "https://shop.example/success",
      failUrl: "https://shop.example/fail",
      callbackUrl: "https://shop.example/callbacks/bank",
    };
    const opened = await world.engine.checkout(orderId, place.gateway.name, urls as never);
    if (opened.kind === "ok") return opened.paymentId;
    await place.clock.sleep(20_000);
  }
  return "";
};

/** One click on an order for each delay, in one world. */
export const row = async (call: CallName, loss: Loss, killed: boolean): Promise<Cell[]> => {
  const story = stories[call];
  const clock = new VirtualClock(T0);
  const place = await story.place(clock);
  const woo = wooDouble({ now: () => clock.now(), holdStockMinutes: null });
  const world = await worldOf(place, woo);
  const { front } = place;
  const orders = delays.map((after, i) => ({ id: `${1001 + i}`, after }));
  const status = { accepted: "processing", captured: "completed", signed: "pending", none: "pending" } as const;
  const payments = new Map<string, string>();
  for (const { id, after } of orders) {
    const paid = story.state === "accepted" || story.state === "captured";
    const order = {
      status: status[story.state],
      total: TOTAL,
      currency: "SEK",
      lines,
      needsProcessing: true,
      createdAt: T0 - 60 * MINUTE,
      updatedAt: T0 - 50 * MINUTE,
    };
    woo.addOrder({ id, ...order, datePaid: paid ? T0 - 50 * MINUTE : null });
    const paymentId = story.state === "none" ? null : place.bring(story.state);
    if (paymentId !== null) payments.set(id, paymentId);
    await world.engine.place(id, {
      ...order,
      gateway: place.gateway.name,
      paymentId,
      previousPaymentIds: [],
      customerReturned: paid,
    });
    front.plan({ operation: story.operation, about: paymentId ?? `"${id}"`, loss, after });
  }
  await world.settle();
  let open: () => void = () => {};
  if (killed) front.gate = new Promise((resolve) => (open = resolve));
  const { click } = story;
  const buys = async (id: string): Promise<void> => {
    const paymentId = await pays(world, place, id);
    payments.set(id, paymentId);
    if (paymentId !== "") place.sign(paymentId);
  };
  for (const { id } of orders) void (click === null ? buys(id) : world.engine.submit(id, click, { id: "click" }));
  if (killed) {
    while (front.met() < orders.length) await new Promise((resolve) => setImmediate(resolve));
    await world.restart();
    front.gate = null;
    open();
    // Whoever was at the checkout tries again.
    if (click === null) for (const { id } of orders) void buys(id);
  }
  await clock.advanceTo(T0 + HORIZON_MINUTES * MINUTE, () => world.settle());
  const cells: Cell[] = [];
  for (const { id, after } of orders) {
    const record = await world.engine.queries.read(id);
    const books = place.books(payments.get(id) ?? "") ?? none;
    const answers = (await world.engine.queries.history(id)).flatMap((h) => h.answers);
    const answer = answers.findLast((a) => a.eventId === "click" || click === null);
    const standing = record?.flags.filter((f) => f.clearedAt === null) ?? [];
    cells.push({
      call,
      loss,
      after,
      killed,
      ...story.effect(books),
      flags: standing.map(({ flag, amount }) => (amount === undefined ? { flag } : { flag, amount })),
      outcome: answer?.outcome ?? "none",
      atRest: record !== null && record.facts.operation === null && record.facts.waiting.length === 0,
    });
  }
  await world.engine.stop();
  await place.close();
  return cells;
};
