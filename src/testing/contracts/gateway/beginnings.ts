/** How a payment comes into being: it is created, and where that is a step of its own, signed and booked. */
import { assert } from "../assert.js";
import type { Abilities, Bench, ContractLaw } from "./bench.js";
import { answered, everyMove, isOneOf, NEW_PAYMENT, PART, readOf, sane, shown, TOTAL } from "./moves.js";

const create = (bench: Bench) => answered(() => bench.gateway.createPayment(NEW_PAYMENT));

const booking: ContractLaw[] = [
  {
    title: "What the customer has signed is booked, and the reading afterwards shows it.",
    async run(bench) {
      const paymentId = await bench.bring("signed", TOTAL, PART);
      const answer = await answered(() => everyMove.bookSignedPayment.ask(bench, paymentId));
      isOneOf(answer, ["ok"], "booking");
      if (answer.kind === "ok" && answer.reading !== null) sane(answer.reading, paymentId);
      assert.equal((await bench.books(paymentId))?.authorized, TOTAL);
      const reading = await readOf(bench, paymentId);
      assert.deepEqual([reading.exists, reading.status, reading.authorized], [true, "ACCEPTED", TOTAL]);
    },
  },
  {
    title: "Booked twice, it is booked once; or the second time is refused.",
    async run(bench) {
      const paymentId = await bench.bring("signed", TOTAL, PART);
      await answered(() => everyMove.bookSignedPayment.ask(bench, paymentId));
      const again = await answered(() => everyMove.bookSignedPayment.ask(bench, paymentId));
      isOneOf(again, ["ok", "refused"], "booking again");
      assert.equal((await bench.books(paymentId))?.authorized, TOTAL);
    },
  },
  {
    title: "What the customer has not signed is not booked, with the reason.",
    async run(bench) {
      const paymentId = await bench.bring("waiting", TOTAL, PART);
      const answer = await answered(() => everyMove.bookSignedPayment.ask(bench, paymentId));
      isOneOf(answer, ["refused"], "booking what is not signed");
      assert.equal((await bench.books(paymentId))?.authorized ?? 0, 0);
    },
  },
];

const noBooking: ContractLaw = {
  title: "There is no booking where signing is all that the customer has to do.",
  async run({ gateway }) {
    assert.equal(gateway.bookSignedPayment, undefined);
  },
};

/** Ids that shops have: WooCommerce's number, a UUID, one without its dashes, Medusa's, and what anybody may choose. */
const ORDER_IDS = [
  "1001",
  "0f8fad5b-d9cb-469f-a165-70867728950e",
  "0f8fad5bd9cb469fa16570867728950e",
  "order_01HQ3J8Z6W5V4T3S2R1Q0P9N8M",
  "order#1",
  "2026/11/1001",
  'a<b>&"c"\\',
  "Best\u00e4llning 7 \u{1f600}",
  "x".repeat(100),
];

const foundAgain: ContractLaw = {
  title:
    "A payment whose creation was not heard of is found again: the very one, beside others under the same reference.",
  async run(bench) {
    const before = await answered(() => create(bench));
    bench.front.trouble("createPayment", { kind: "broken", after: true });
    const unheard = await answered(() => create(bench));
    bench.front.trouble("createPayment", null);
    const after = await answered(() => create(bench));
    assert(before.kind === "ok" && unheard.kind === "ok" && after.kind === "ok", shown([before, unheard, after]));
    assert.equal(new Set([before, unheard, after].map(({ paymentId }) => paymentId)).size, 3, "each is its own");
    assert.equal((await readOf(bench, unheard.paymentId)).exists, true);
    assert.match(unheard.redirectUrl, /^https?:/);
    // Another process asks, for the one that created it died.
    const { orderId, successUrl, failUrl } = NEW_PAYMENT;
    const look = async (attempt: string) => bench.gateway.findCreated?.({ orderId, attempt, successUrl, failUrl });
    assert.equal(await look("try-7"), null, "nothing was made by this try");
    const made = await answered(() => bench.gateway.createPayment({ ...NEW_PAYMENT, attempt: "try-7" }));
    assert.deepEqual(await look("try-7"), made);
  },
};

export const beginnings = (can: Abilities): ContractLaw[] => [
  ...(can.findsCreated ? [foundAgain] : []),
  {
    title: "An order under any id can be paid, and what a reading then says of its order is that id.",
    async run(bench) {
      for (const orderId of ORDER_IDS) {
        const created = await answered(() =>
          bench.gateway.createPayment({ ...NEW_PAYMENT, orderId, preferredId: null }),
        );
        assert(created.kind === "ok", `order ${orderId}: ${shown(created)}`);
        const reading = await readOf(bench, created.paymentId);
        if (reading.orderReference != null) assert.equal(reading.orderReference, orderId);
      }
    },
  },
  {
    title: "A gateway has a name, and rounds by a whole number of minor units.",
    async run({ gateway }) {
      assert(gateway.name.length > 0);
      assert(Number.isInteger(gateway.tolerance) && gateway.tolerance >= 0, `tolerance ${gateway.tolerance}`);
    },
  },
  {
    title: "A new payment has an id and an address to send the customer to.",
    async run(bench) {
      const created = await create(bench);
      if (created.kind !== "ok") return assert.fail(`it was not created: ${shown(created)}`);
      assert(created.paymentId.length > 0 && created.paymentId.length <= 100, `no id: ${shown(created)}`);
      assert.match(created.redirectUrl, /^https?:\/\//);
      assert(URL.canParse(created.redirectUrl), created.redirectUrl);
      assert(created.status.length > 0);
      const reading = await answered(() => bench.gateway.readPayment(created.paymentId));
      isOneOf(reading, ["ok"], "the new payment's reading");
      if (reading.kind !== "ok") return;
      // There is no payment yet where booking is a step of its own, or where it begins with the customer.
      const later = can.bookSignedPayment || can.lacks?.includes("waiting");
      assert(reading.reading.exists || later, "the new payment is there");
      if (reading.reading.exists) sane(reading.reading, created.paymentId);
      assert.equal(reading.reading.captured, 0, "nothing is taken before the order is completed");
    },
  },
  {
    title: "Nothing but a web address is an address to send the customer to.",
    async run(bench) {
      for (const scheme of ["javascript:", "data:", "file:", "ftp:"]) {
        const by = (text: string): string => text.replaceAll(/https?:/g, scheme);
        bench.front.trouble("createPayment", { kind: "rewritten", by });
        const created = await create(bench);
        if (created.kind === "ok") assert.match(created.redirectUrl, /^https?:\/\//);
      }
    },
  },
  ...(can.bookSignedPayment ? booking : [noBooking]),
];
