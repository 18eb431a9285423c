/** Money moves as it was asked for, once, and never more than there is. */
import { assert } from "../assert.js";
import type { Abilities, Bench, ContractBooks, ContractLaw, PaymentState } from "./bench.js";
import { amountsIn, answered, everyMove, isOneOf, movesOf, PART, readOf, sane, TOTAL } from "./moves.js";

const none: ContractBooks = { authorized: 0, captured: 0, canceled: 0, refunded: 0 };

/** The bank's books, the answer's own reading and the next reading all say the same. */
const comesTo = async (
  bench: Bench,
  paymentId: string,
  call: () => ReturnType<Bench["gateway"]["capture"]>,
  due: ContractBooks,
) => {
  const answer = await answered(call);
  isOneOf(answer, ["ok"], "a call that the bank takes");
  assert.deepEqual(await bench.books(paymentId), due, "in the bank's books");
  if (answer.kind === "ok" && answer.reading !== null) {
    assert.deepEqual(amountsIn(sane(answer.reading, paymentId)), due, "in the reading that the answer carries");
  }
  assert.deepEqual(amountsIn(await readOf(bench, paymentId)), due, "in the reading afterwards");
};

const refundOf =
  (bench: Bench, paymentId: string, amount: number, all: boolean, key = bench.keyOf(paymentId, "refund")) =>
  () =>
    bench.gateway.refund({ paymentId, amount, lines: null, all, key });

/** The call is not done, and nothing has moved. */
const movesNothing = async (
  bench: Bench,
  paymentId: string,
  what: string,
  call: () => ReturnType<Bench["gateway"]["capture"]>,
) => {
  const before = await bench.books(paymentId);
  const answer = await answered(call);
  isOneOf(answer, ["refused", "unknown"], what);
  assert.deepEqual(await bench.books(paymentId), before, `${what}: nothing moves`);
};

const has = ({ lacks = [] }: Abilities, state: PaymentState): boolean => !lacks.includes(state);

const refundsOfAPart: ContractLaw[] = [
  {
    title: "A refund of a part gives back that part; the rest can be refunded after it.",
    async run(bench) {
      const paymentId = await bench.bring("captured", TOTAL, PART);
      await comesTo(bench, paymentId, refundOf(bench, paymentId, PART, false), {
        ...none,
        captured: TOTAL,
        refunded: PART,
      });
      await comesTo(
        bench,
        paymentId,
        refundOf(bench, paymentId, TOTAL - PART, true, bench.keyOf(paymentId, "the rest")),
        {
          ...none,
          captured: TOTAL,
          refunded: TOTAL,
        },
      );
    },
  },
  {
    title: "A refund of lines gives back their sum, and lines that do not add up give back the amount.",
    async run(bench) {
      const { gateway, keyOf } = bench;
      const sums = [PART, PART + 1];
      for (const total of sums) {
        const paymentId = await bench.bring("captured", TOTAL, PART);
        const lines = [{ sku: "BOOK", quantity: 2, total }];
        await comesTo(
          bench,
          paymentId,
          () => gateway.refund({ paymentId, amount: PART, lines, all: false, key: keyOf(paymentId, "refund") }),
          {
            ...none,
            captured: TOTAL,
            refunded: PART,
          },
        );
      }
    },
  },
];

const noPart: ContractLaw = {
  title: "A refund of a part is refused where the bank cannot do it, and nothing is refunded.",
  async run(bench) {
    const paymentId = await bench.bring("captured", TOTAL, PART);
    await movesNothing(bench, paymentId, "a part", refundOf(bench, paymentId, PART, false));
  },
};

const linesAgain: ContractLaw = {
  title: "After a cancellation the new lines are reserved.",
  async run(bench) {
    const paymentId = await bench.bring("cancelled", TOTAL, PART);
    const answer = await answered(() => everyMove.addOrderLines.ask(bench, paymentId));
    isOneOf(answer, ["ok"], "new lines");
    assert.equal((await bench.books(paymentId))?.authorized, PART);
    assert.equal((await readOf(bench, paymentId)).authorized, PART);
  },
};

const noLinesAgain: ContractLaw = {
  title: "New lines are refused where the bank cannot reserve them, and the bank is not asked.",
  async run(bench) {
    const paymentId = await bench.bring("cancelled", TOTAL, PART);
    const answer = await answered(() => everyMove.addOrderLines.ask(bench, paymentId));
    isOneOf(answer, ["refused"], "new lines");
    assert.equal(bench.front.seen.length, 0);
  },
};

const keys = (can: Abilities): ContractLaw[] => [
  {
    title: "The key goes along with every call that is said to carry it.",
    async run(bench) {
      for (const move of movesOf(can).filter(({ operation }) => can.keys.sent.includes(operation))) {
        const paymentId = await bench.bring(move.state, TOTAL, PART);
        await answered(() => move.ask(bench, paymentId));
        const key = bench.keyOf(paymentId, move.operation);
        const spelled = can.keys.spelled?.(key) ?? key;
        const sent = bench.front.seen.filter(({ operation }) => operation === move.operation);
        assert(
          sent.length > 0 && sent.every(({ text }) => text.includes(spelled)),
          `${move.operation} went without its key`,
        );
      }
    },
  },
  {
    title: "The same key twice moves money once, where the bank is said to see to it.",
    async run(bench) {
      for (const move of movesOf(can).filter(({ operation }) => can.keys.once.includes(operation))) {
        const paymentId = await bench.bring(move.state, TOTAL, PART);
        const part = move.operation === "refund" && can.refundPart;
        const ask = part ? refundOf(bench, paymentId, PART, false) : () => move.ask(bench, paymentId);
        isOneOf(await answered(ask), ["ok"], move.operation);
        const once = await bench.books(paymentId);
        isOneOf(await answered(ask), ["ok", "unknown"], `${move.operation}, again with its key`);
        assert.deepEqual(await bench.books(paymentId), once, `${move.operation} moved money twice`);
      }
    },
  },
  {
    title: "The reading afterwards shows the key of a call that is said to leave it there.",
    async run(bench) {
      for (const move of movesOf(can).filter(({ operation }) => can.keys.shown.includes(operation))) {
        const paymentId = await bench.bring(move.state, TOTAL, PART);
        isOneOf(await answered(() => move.ask(bench, paymentId)), ["ok"], move.operation);
        const { transactionIds } = await readOf(bench, paymentId);
        const key = bench.keyOf(paymentId, move.operation);
        assert(transactionIds.includes(key), `the key of ${move.operation} is not among ${transactionIds.join(", ")}`);
      }
    },
  },
  {
    title: "A key made of a long order number in any letters hinders no call.",
    async run(bench) {
      for (const move of movesOf(can)) {
        const paymentId = await bench.bring(move.state, TOTAL, PART);
        const key = `${'Ö"<\u2028 '.repeat(20)}${bench.keyOf(paymentId, move.operation)}`;
        isOneOf(await answered(() => move.ask(bench, paymentId, key)), ["ok"], move.operation);
        assert(move.tookEffect(await bench.books(paymentId)), `${move.operation} did not take effect`);
      }
    },
  },
];

export const money = (can: Abilities): ContractLaw[] => [
  {
    title: "A capture takes everything, and the reading afterwards shows it.",
    async run(bench) {
      const paymentId = await bench.bring("accepted", TOTAL, PART);
      await comesTo(bench, paymentId, () => everyMove.capture.ask(bench, paymentId), { ...none, captured: TOTAL });
    },
  },
  ...(has(can, "partlyCaptured")
    ? [
        {
          title: "A capture after a part was captured takes what is left.",
          async run(bench: Bench) {
            const paymentId = await bench.bring("partlyCaptured", TOTAL, PART);
            const rest = () =>
              bench.gateway.capture({ paymentId, amount: TOTAL - PART, key: bench.keyOf(paymentId, "capture") });
            await comesTo(bench, paymentId, rest, { ...none, captured: TOTAL });
          },
        },
      ]
    : []),
  {
    title: "A cancellation lets everything go, and the reading afterwards shows it.",
    async run(bench) {
      const paymentId = await bench.bring("accepted", TOTAL, PART);
      await comesTo(bench, paymentId, () => everyMove.cancel.ask(bench, paymentId), { ...none, canceled: TOTAL });
    },
  },
  {
    title: "A refund of everything gives back everything.",
    async run(bench) {
      const paymentId = await bench.bring("captured", TOTAL, PART);
      const ask = () => everyMove.refund.ask(bench, paymentId);
      await comesTo(bench, paymentId, ask, { ...none, captured: TOTAL, refunded: TOTAL });
    },
  },
  ...(can.refundPart ? refundsOfAPart : [noPart]),
  {
    title: "Never more is refunded than was captured.",
    async run(bench) {
      const whole = await bench.bring("captured", TOTAL, PART);
      await movesNothing(bench, whole, "one more than was captured", refundOf(bench, whole, TOTAL + 1, false));
      if (has(can, "partlyRefunded")) {
        const part = await bench.bring("partlyRefunded", TOTAL, PART);
        const tooMuch = TOTAL - PART + 1;
        await movesNothing(bench, part, "one more than is left", refundOf(bench, part, tooMuch, false));
      }
      const spent = await bench.bring("refunded", TOTAL, PART);
      await movesNothing(bench, spent, "more after everything", refundOf(bench, spent, TOTAL, true));
      const uncaptured = await bench.bring("accepted", TOTAL, PART);
      await movesNothing(bench, uncaptured, "what was never captured", refundOf(bench, uncaptured, TOTAL, true));
    },
  },
  {
    title: "What is captured, cancelled or refunded already is never taken as done once more.",
    async run(bench) {
      const captured = await bench.bring("captured", TOTAL, PART);
      await movesNothing(bench, captured, "a second capture", () => everyMove.capture.ask(bench, captured));
      await movesNothing(bench, captured, "a cancellation after the capture", () =>
        everyMove.cancel.ask(bench, captured),
      );
      const cancelled = await bench.bring("cancelled", TOTAL, PART);
      await movesNothing(bench, cancelled, "a capture after the cancellation", () =>
        everyMove.capture.ask(bench, cancelled),
      );
      await movesNothing(bench, cancelled, "a second cancellation", () => everyMove.cancel.ask(bench, cancelled));
    },
  },
  {
    title: "No money moves on a payment that the bank does not stand for.",
    async run(bench) {
      const { capture, refund } = everyMove;
      for (const state of (["waiting", "frozen", "rejected"] as const).filter((one) => has(can, one))) {
        const paymentId = await bench.bring(state, TOTAL, PART);
        for (const move of [capture, refund]) {
          await movesNothing(bench, paymentId, `${move.operation} while ${state}`, () => move.ask(bench, paymentId));
        }
      }
    },
  },
  {
    title: "A call about a payment that the bank does not know is refused.",
    async run(bench) {
      for (const move of movesOf(can)) {
        const answer = await answered(() => move.ask(bench, bench.unknownId));
        isOneOf(answer, ["refused"], move.operation);
      }
    },
  },
  can.addOrderLines ? linesAgain : noLinesAgain,
  ...keys(can),
];
