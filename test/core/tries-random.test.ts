/** Random tries to pay, answered, lost or forgotten, with whatever else may happen to the order meanwhile. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { movesMoney } from "../../machines/effects.js";
import { noSuchPayment, type Reading } from "../../machines/facts.js";
import type { EventInput, Life } from "../../src/testing/decision/life.js";
import { callback, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE } from "../../src/testing/simulator/script.js";
import { lifeOf } from "./lives.js";

const NAMED = "resurs-simplified";
const OTHER = "resurs-mapi";
const ID = "1001";

/** What the bank has made by now, and of what it will make something. */
type Bank = Map<string, { from: number; total: number; released?: boolean; isPaid?: boolean }>;
const read = (bank: Bank, id: string, now: number): Reading => {
  const made = bank.get(id);
  if (made === undefined || now < made.from) return noSuchPayment(id);
  const { total, released = false, isPaid = true } = made;
  if (!isPaid) return { ...payments["at the bank"], paymentId: id };
  return reading({
    paymentId: id,
    total,
    authorized: released ? 0 : total,
    canceled: released ? total : 0,
    ...(released && { offers: [] }),
  });
};
const known = (bank: Bank, now: number): Record<string, Reading> =>
  Object.fromEntries([...bank.keys()].map((id) => [id, read(bank, id, now)]));

const actions = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("try" as const),
      books: fc.constantFrom(0, 3, 40, 600, -1),
      answer: fc.constantFrom("comes", "is lost", "never" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("tryElsewhere" as const), paid: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(1, 20, 36, 90, 1500) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("edit" as const), total: fc.constantFrom(100_000, 130_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("callback" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("attach" as const), id: fc.constantFrom(ID, "unknown") }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      type: fc.constantFrom("checkout.asked", "reconcile.asked" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("seen" as const),
      status: fc.constantFrom("pending", "failed", "cancelled", "on-hold" as const),
    }),
  },
);

/** The readings that are asked for may be answered only after what comes next. */
const played = (
  placedWith: string | null,
  plan: { act: typeof actions extends fc.Arbitrary<infer A> ? A : never; answered: boolean }[],
) => {
  const life = lifeOf({ paymentId: null, gateway: placedWith });
  const bank: Bank = new Map();
  let count = 0;
  const answer = (): void => {
    life.read(noSuchPayment(ID), known(bank, life.now));
    const back = life.open.find(({ effect }) => effect.type === "readBack");
    if (back?.effect.type === "readBack") {
      const { paymentId } = back.effect;
      life.tell({ type: "payment.readBack", effectId: back.id, reading: read(bank, paymentId, life.now) });
      return answer();
    }
    const call = life.open.map(({ effect }) => effect).find(({ type }) => movesMoney(type));
    if (call === undefined || !("paymentId" in call)) return;
    const made = bank.get(call.paymentId);
    if (call.type === "cancelPayment" && made !== undefined) made.released = true;
    const says = read(bank, call.paymentId, life.now);
    life.bankAnswers(says.exists ? { is: "confirmed", reading: says } : { is: "refused" });
    answer();
  };
  const wait = (ms: number): void => {
    for (let left = ms; left > 0; left -= 5 * MINUTE) {
      life.wait(Math.min(left, 5 * MINUTE), noSuchPayment(ID), known(bank, life.now));
      answer();
    }
  };
  const tell = (event: EventInput): string => {
    life.tell(event, `t${++count}`);
    return life.answerTo(`t${count}`).outcome;
  };
  for (const { act, answered } of plan) {
    const { total } = life.record.facts.order;
    if (act.do === "try") {
      const asked = { attempt: `a${++count}`, paymentId: ID, gateway: NAMED, total };
      if (tell({ type: "checkout.began", ...asked }) !== "refused") {
        const isTaken = bank.has(ID);
        if (!isTaken && act.books >= 0) bank.set(ID, { from: life.now + act.books * 1000, total });
        const isDone = !isTaken && act.books === 0;
        const { attempt, paymentId, gateway } = asked;
        if (act.answer === "comes" && isDone) tell({ type: "payment.created", attempt, paymentId, gateway });
        else if (act.answer !== "never") tell({ type: "payment.notCreated", detail: "504", ...asked });
      }
    } else if (act.do === "tryElsewhere") {
      const attempt = `b${++count}`;
      if (tell({ type: "checkout.began", attempt, gateway: OTHER, total }) !== "refused") {
        bank.set(attempt, { from: life.now, total, isPaid: act.paid });
        tell({ type: "payment.created", attempt, paymentId: attempt, gateway: OTHER });
      }
    } else if (act.do === "wait") wait(act.seconds * 1000);
    else if (act.do === "edit")
      tell({ type: "order.updated", by: "shop", change: "cart", order: { total: act.total, lines: [] } });
    else if (act.do === "callback") tell(callback({ paymentId: ID }));
    else if (act.do === "attach") tell({ type: "payment.attached", paymentId: act.id, gateway: NAMED });
    else if (act.do === "ask") tell({ type: act.type });
    else tell({ type: "order.seen", status: act.status });
    if (answered) answer();
  }
  answer();
  for (let day = 0; day < 3; day += 1) for (const minutes of [1, 20, 180, 1300]) wait(minutes * MINUTE);
  return { life, bank };
};

const paidBy = (life: Life) => life.record.facts.payment.id;

test.each([[NAMED], [null]])(
  "no money of an order of %s is held unseen, nobody waits for ever, and nothing throws",
  (placedWith) => {
    const plan = fc.array(fc.record({ act: actions, answered: fc.boolean() }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(plan, (acts) => {
        const { life, bank } = played(placedWith, acts);
        expect(life.record.facts.waiting.map(({ type }) => type)).toEqual([]);
        const ours = [life.record.facts.payment, ...life.record.facts.others].map(({ id }) => id);
        for (const id of bank.keys()) expect(ours).toContain(id);
        expect(life.raised).not.toContain("discrepancy:payment-of-another-order");
        const holds = [...bank.values()].some(({ released = false, isPaid = true }) => isPaid && !released);
        const isPaid = ["processing", "completed"].includes(life.status) && bank.has(paidBy(life) ?? "");
        // What a person put on hold, or another amount than the order costs, is for a person.
        expect(
          !holds || isPaid || life.raised.length > 0 || life.status === "on-hold",
          `${life.status} ${life.raised}`,
        ).toBe(true);
      }),
      { numRuns: Number(process.env.TRY_LIVES ?? 100), seed: 61 },
    );
  },
);
