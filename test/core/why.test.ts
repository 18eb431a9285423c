/** Why an order is where it is, and why a machine has no branch. */
import { describe, expect, test } from "vitest";
import { and, or, setup } from "xstate";
import type { Reading } from "../../machines/facts.js";
import { flags } from "../../machines/flags.js";
import { orderMachine, paymentMachine } from "../../machines/index.js";
import { flagsInSwedish } from "../../machines/swedish.js";
import { handles, metaOf, nodesOf, reasonsAgainst } from "../../src/core/explain.js";
import { calls } from "../../src/core/why/calls.js";
import { over } from "../../src/core/why/over.js";
import { paid as paidTable } from "../../src/core/why/paid.js";
import { waiting } from "../../src/core/why/waiting.js";
import { money } from "../../src/core/why/words.js";
import { isHeldByHand, linesOf, type PendingCall, tongues, why } from "../../src/core/why.js";
import { Life } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import { explained, situations } from "../docs/situations.js";
import { considered } from "./considered.js";

const told = (life: Life, open: PendingCall[] = []) => why(life.record, life.history, open);
const paid = (pays = reading()) => {
  const life = new Life();
  life.settle(callback(), pays);
  return life;
};
const effect = (more: Partial<PendingCall> = {}): PendingCall => ({
  effect: { type: "readPayment" },
  attempts: 0,
  notBefore: T0 + MINUTE,
  dead: false,
  error: null,
  ...more,
});
const complete = { type: "merchant.completed", via: "api" } as const;
const note = (life: Life, kind: string) => told(life).notes.find((one) => one.kind === kind)?.says ?? null;

test("of several payments it says which one pays, what was let go, and what the bank has in all", () => {
  const notes = (title: string) => {
    const [, , live] = situations.find(([name]) => name === title) ?? situations[0] ?? [];
    return live === undefined ? undefined : explained(live()).notes.find(({ kind }) => kind === "payments")?.says;
  };
  expect(notes("two attempts, the earlier one over")).toEqual({
    en: "The order has 2 payments: pay-1 (pays the order), 1,000.00 SEK; pay-0 (not needed: 1,000.00 SEK released). The bank has 1,000.00 SEK in all.",
    sv: "Ordern har 2 betalningar: pay-1 (betalar ordern), 1\u00a0000,00 SEK; pay-0 (behövs inte: 1\u00a0000,00 SEK har släppts). Banken har totalt 1\u00a0000,00 SEK.",
  });
  expect(notes("two attempts, the earlier one not read yet")?.en).toContain(
    "pay-1 (current), 0.00 SEK; pay-0 (not read",
  );
});

test("of a payment beside the current one that the bank has frozen it is not said that its customer may pay it", () => {
  const life = new Life(anOrder({ status: "failed", previousPaymentIds: ["pay-0"] }));
  const frozen = { ...payments.frozen, paymentId: "pay-0" };
  life.settle({ type: "reconcile.asked" }, payments["at the bank"], { "pay-0": frozen });
  expect(note(life, "payments")?.en).toContain("pay-0 (the bank reviews it: 1,000.00 SEK reserved)");
});

describe("each situation there is", () => {
  test.each(situations)("%s is told as %s", (_title, situation, live) => {
    const ended = live();
    const one = explained(ended);
    expect(one.situation).toBe(situation);
    for (const tongue of tongues) {
      const lines = linesOf(one, tongue);
      const text = lines.join("\n");
      expect(text).not.toMatch(/[{}]|undefined|NaN|\[object|null/);
      // One whole sentence, and none that gives a reason twice.
      expect(one.answer[tongue]).toMatch(/^[A-ZÅÄÖ].*\.$/);
      expect(one.answer[tongue].slice(0, -1)).not.toMatch(/\. [A-ZÅÄÖ]/);
      expect(text).not.toMatch(/because .*\bso\b|eftersom .*\bså\b/i);
      expect(text).not.toMatch(/the order reads|the bank tells|is an end/);
    }
    expect(one.answer.en).not.toBe(one.answer.sv);
    const { raised } = ended.life;
    expect(one.flags.map(({ flag }) => flag).sort()).toEqual([...raised].sort());
    if (raised.length === 0) return;
    // What is flagged comes first, unless the call under way settles it; and nothing says that all is well.
    expect(situation).toMatch(/^(flagged|moving|lost|withdrawn)\//);
    const own = one.flags.find(({ flag }) => situation === `flagged/${flag}`) ?? one.flags[0];
    expect(one.action.says).toEqual(own?.remedy);
    expect(linesOf(one).join("\n")).not.toMatch(/ready to ship|nothing to do/i);
    expect(linesOf(one, "sv").join("\n")).not.toMatch(/klar att skicka|inget att göra/i);
  });

  test("every sentence is reached by one of them", () => {
    const reached = new Set(situations.map(([, situation]) => situation));
    const written = Object.entries({ ...waiting, ...paidTable, ...over }).flatMap(([status, rows]) =>
      Object.keys(rows).map((cause) => `${status}/${cause}`),
    );
    expect(written.filter((name) => !reached.has(name))).toEqual([]);
    expect(Object.keys(flags).filter((flag) => !reached.has(`flagged/${flag}`))).toEqual([]);
    expect(new Set(situations.map(([title]) => title)).size).toBe(situations.length);
    expect(situations.length).toBeGreaterThan(100);
  });

  test("no two of them share a sentence", () => {
    const all = [...Object.values(waiting), ...Object.values(paidTable), ...Object.values(over)];
    const answers = all.flatMap((rows) => Object.values(rows).flatMap(([, answer]) => answer));
    expect(answers.filter((one, i) => answers.indexOf(one) !== i)).toEqual([]);
  });
});

describe("why", () => {
  test("the facts are fields, and the lines are made of them", () => {
    const one = told(paid());
    expect(one).toMatchObject({
      orderId: "o",
      status: "processing",
      situation: "processing/reserved",
      since: "2026-11-20T12:00:00.000Z",
      state: { en: "Processing, paid", sv: "Behandlas, betald" },
      cause: { code: "reserved", rule: "status-update/accepted", by: "callback" },
      evidence: { paymentId: "pay-1", gateway: "resurs-mapi", status: "ACCEPTED", readAt: "2026-11-20T12:00:00.000Z" },
      notes: [],
      next: { at: null },
      action: { events: ["merchant.completed"] },
      flags: [],
    });
    expect(linesOf(one)).toEqual([
      "Paid and ready to ship since 2026-11-20 12:00 UTC: the bank has reserved 1,000.00 SEK, which is captured when you complete the order.",
      "Bank reports ACCEPTED (reserved, not yet captured), read at 2026-11-20 12:00 UTC.",
      "Next: Nothing is scheduled: the order changes when the bank reports something new, or someone acts.",
      "To do: Ship the goods, then complete the order: that captures the money.",
    ]);
    expect(linesOf(one, "sv")).toEqual([
      "Betald och klar att skicka sedan 2026-11-20 12:00 UTC: banken har reserverat 1 000,00 SEK, som debiteras när du markerar ordern som färdigbehandlad.",
      "Banken rapporterar ACCEPTED (reserverad, ännu inte debiterad), avläst 2026-11-20 12:00 UTC.",
      "Härnäst: Inget är schemalagt: ordern ändras när banken rapporterar något nytt eller när någon gör något.",
      "Att göra: Skicka varorna och markera sedan ordern som färdigbehandlad: då debiteras kunden.",
    ]);
  });

  test("the last change counts, and not what came after it", () => {
    const life = paid();
    life.now = T0 + MINUTE;
    life.tell({ type: "reconcile.asked" });
    expect(told(life)).toMatchObject({ since: "2026-11-20T12:00:00.000Z", cause: { by: "callback" } });
  });

  test.each([
    ["customer", { type: "customer.returned", page: "success" }],
    ["merchant", { type: "merchant.held", via: "api" }],
    ["reconcile", { type: "reconcile.asked" }],
    ["shop", { type: "order.seen", status: "on-hold" }],
  ] as const)("the %s set it off", (by, event) => {
    const life = new Life();
    life.settle(event);
    expect(told(life).cause.by).toBe(by);
  });

  test("where the history is not at hand, it is told as far as it is known", () => {
    const life = paid();
    expect(why(life.record, [], [])).toMatchObject({
      since: null,
      situation: "processing/reserved",
      cause: { rule: null, by: null },
    });
    expect(why(life.record, life.history.slice(-1), []).cause).toEqual({
      code: "reserved",
      rule: "status-update/accepted",
      by: "gateway",
    });
    const left = new Life();
    left.settle({ type: "customer.returned", page: "fail" }, payments["at the bank"]);
    expect(why(left.record, [], []).situation).toBe("cancelled/other");
  });

  test("of several who waited the one that moved the order is told", () => {
    const life = new Life(anOrder({ createdAt: T0, updatedAt: T0 }));
    for (const content of ["a", "b"]) life.tell(callback({ content }));
    life.wait(MINUTE);
    expect(life.history.at(-1)?.answers.map(({ outcome }) => outcome)).toEqual(["moved", "moved", "ignored"]);
    expect(told(life).cause).toMatchObject({ rule: "status-update/accepted", by: "callback" });
  });

  test("a refused click stays until the merchant is told something else, or the status changes", () => {
    const life = paid(payments.frozen);
    expect(note(life, "refused")).toBeNull();
    life.settle(complete, payments.frozen);
    const refused = {
      en: "Completing the order was refused at 2026-11-20 12:00 UTC: the bank has frozen this payment, and it cannot be captured until the bank releases it.",
      sv: "Försöket att markera ordern som färdigbehandlad nekades 2026-11-20 12:00 UTC: banken har fryst betalningen, och den kan inte debiteras förrän banken släpper den.",
    };
    expect(note(life, "refused")).toEqual(refused);
    life.settle({ type: "reconcile.asked" }, payments.frozen);
    expect(note(life, "refused")).toEqual(refused);
    expect(why(life.record, life.history.slice(-4), []).notes).toMatchObject([{ kind: "refused" }]);
    life.settle({ type: "order.seen", status: "failed" }, payments.frozen);
    expect(note(life, "refused")).toBeNull();
  });

  test("a reason or an event without words of its own is told as it is", () => {
    const life = paid(payments.frozen);
    life.settle(complete, payments.frozen);
    const with_ = (change: object) =>
      life.history.map((h) => ({
        ...h,
        answers: h.answers.map((a) => (a.outcome === "refused" ? { ...a, ...change } : a)),
      })) as typeof life.history;
    const said = (change: object) => why(life.record, with_(change), []).notes[0]?.says;
    expect(said({ reason: "of-another-version" })).toMatchObject({
      en: expect.stringMatching(/: of-another-version$/),
    });
    expect(said({ reason: "of-another-version" })).toMatchObject({
      sv: expect.stringMatching(/: of-another-version$/),
    });
    expect(said({ reason: null })?.en).toMatch(/ UTC: $/);
    expect(said({ type: "merchant.danced" })).toMatchObject({
      en: expect.stringMatching(/^merchant.danced was refused/),
    });
  });

  test("callbacks that are held are counted, with the time until which they are", () => {
    const life = paid();
    life.tell({ type: "order.updated", by: "shop", change: "status" });
    life.tell(callback({ content: "a" }));
    life.tell(callback({ content: "b" }));
    expect(note(life, "held")).toEqual({
      en: "2 messages from the bank wait until 2026-11-20 12:01 UTC; the bank is then asked again. This needs no action.",
      sv: "2 meddelanden från banken väntar till 2026-11-20 12:01 UTC; sedan tillfrågas banken igen. Det kräver ingen åtgärd.",
    });
    const moving = paid();
    moving.settle(complete);
    moving.now += MINUTE;
    moving.settle(callback());
    expect(note(moving, "held")).toEqual({
      en: "1 message from the bank waits until the call under way has ended; the bank is then asked again. This needs no action.",
      sv: "1 meddelande från banken väntar tills det pågående anropet är klart; sedan tillfrågas banken igen. Det kräver ingen åtgärd.",
    });
    const first = new Life(anOrder({ createdAt: T0, updatedAt: T0 }));
    first.tell(callback());
    // The answer says it already.
    expect(told(first)).toMatchObject({
      situation: "pending/held",
      notes: [],
      next: { at: "2026-11-20T12:01:00.000Z" },
    });
  });

  test.each([
    ["paid", "processing", 3],
    ["closed", "cancelled", 3],
    ["on hold", "on-hold", 1],
  ] as const)("held messages of an order that is %s are told at their place", (_how, status, place) => {
    const life = new Life(anOrder({ status, createdAt: T0, updatedAt: T0 }));
    life.tell(callback());
    expect(linesOf(told(life)).findIndex((line) => line.startsWith("1 message from the bank waits"))).toBe(place);
  });

  const says = (title: string) => {
    const [, , live] = situations.find(([name]) => name === title) ?? [];
    if (live === undefined) throw new Error(`no situation is called ${title}`);
    return explained(live());
  };

  test.each([
    ["the customer left", "TASK_REDIRECTION_REQUIRED (not signed)", "TASK_REDIRECTION_REQUIRED (inte signerad)"],
    [
      "the bank ended it",
      "REJECTED (the bank ended it: not paid in time)",
      "REJECTED (banken avslutade den: inte betald i tid)",
    ],
    [
      "the bank's own time ran out",
      "REJECTED (the bank ended it: not paid in time)",
      "REJECTED (banken avslutade den: inte betald i tid)",
    ],
    ["the customer cancelled at the bank", "REJECTED (the customer cancelled it)", "REJECTED (kunden avbröt den)"],
    [
      "cancelled in the bank's portal",
      "REJECTED (it was cancelled at the bank)",
      "REJECTED (den avbokades hos banken)",
    ],
    ["credit denied, the customer came back", "REJECTED (the bank rejected it)", "REJECTED (banken avslog den)"],
  ])("%s: the evidence does not contradict the answer", (title, en, sv) => {
    expect(says(title).evidence.says.en).toContain(` ${en}, read at`);
    expect(says(title).evidence.says.sv).toContain(` ${sv}, avläst`);
  });

  test("money of a cancelled order is told as what it is: reserved, captured or both, on any of its payments", () => {
    const held = (pays: Reading, older?: Reading) => {
      const life = new Life(anOrder({ status: "cancelled", previousPaymentIds: older === undefined ? [] : ["pay-0"] }));
      life.settle({ type: "reconcile.asked" }, pays, older && { "pay-0": { ...older, paymentId: "pay-0" } });
      return told(life).answer;
    };
    expect(held(payments.accepted)).toEqual({
      en: "Cancelled since 2026-11-20 12:00 UTC, but the customer paid: the bank has reserved 1,000.00 SEK.",
      sv: "Avbruten sedan 2026-11-20 12:00 UTC, men kunden har betalat: banken har reserverat 1\u00a0000,00 SEK.",
    });
    expect(held(payments["partly refunded"]).en).toMatch(/: the bank has captured [\d.]+ SEK\.$/);
    expect(held(payments["partly captured"]).en).toMatch(
      /: the bank has captured [\d.]+ SEK and reserved [\d.]+ SEK\.$/,
    );
    expect(held(payments.missing, payments.accepted).en).toMatch(/: the bank has reserved 1,000\.00 SEK\.$/);
  });

  test.each([
    ["processing, but the customer is at the bank", "the customer has not finished at the bank"],
    ["processing, then in inspection", "the bank is still reviewing the payment by hand"],
  ])("%s: the answer has no word of the machine", (title, because) => {
    expect(says(title).answer.en).toMatch(new RegExp(`, but not paid: ${because}, so there is no money yet\\.$`));
  });

  test("what was never read is read now, not again, and goods that are sent are not stopped", () => {
    expect(says("processing, not read yet").action.says.en).toContain("Read the payment now");
    expect(says("completed, not read yet").action.says).toEqual({
      en: "Read the payment now.",
      sv: "Läs av betalningen nu.",
    });
  });

  describe("a call that does what a person would be told to do", () => {
    const remedy = (title: string) => says(title).flags.map((one) => one.remedy);

    test("is told in the place of the flag, with since when, and the flag says that nothing is to be done", () => {
      const title = "paid after it was cancelled, and the answer to the release was lost";
      expect(says(title)).toMatchObject({
        state: { en: "Cancelled, release uncertain", sv: "Avbruten, osäker avbokning" },
        action: { events: ["merchant.endedWait"] },
        flags: [{ flag: "discrepancy:paid-but-cancelled" }],
      });
      expect(says(title).answer.en).toContain(
        "whether the bank released 1,000.00 SEK: its answer was lost at 2026-11-20",
      );
      expect(says(title).answer.sv).toContain("svaret gick förlorat 2026-11-20");
      expect(remedy(title)).toEqual([says(title).action.says]);
      expect(remedy("paid after it was cancelled, being refunded")).toEqual([
        { en: "No action needed: wait for the bank's answer.", sv: "Ingen åtgärd behövs: vänta på bankens svar." },
      ]);
    });

    test("is a part of it: the flag comes first, and the call is told beside it", () => {
      const life = new Life(anOrder({ status: "processing" }));
      life.settle({ type: "reconcile.asked" }, payments["partly captured"]);
      life.settle({ type: "merchant.refundedAmount", via: "api", amount: 10_000 }, payments["partly captured"]);
      life.bankAnswers({ is: "lost" });
      life.tell({ type: "order.updated", by: "shop", change: "bin", order: { gone: true } });
      const one = told(life);
      expect(one.situation).toBe("flagged/discrepancy:order-gone");
      expect(one.action.events).toEqual(["merchant.endedWait", "reconcile.asked"]);
      expect(one.action.says.en).toContain("release the money in the Merchant Portal");
      expect(note(life, "call")).toEqual({
        en: "It is unclear whether the bank refunded 100.00 SEK: its answer was lost at 2026-11-20 12:00 UTC, and the payment is read before anything is sent again. If the bank says that it did not carry it out, end the wait.",
        sv: "Det är oklart om banken har återbetalat 100,00 SEK: svaret gick förlorat 2026-11-20 12:00 UTC, och betalningen läses av innan något skickas igen. Om banken svarar att det inte har genomförts, avsluta väntan.",
      });
    });

    test("and one that is under way beside a flag is told, and cannot be ended by a person who has no cause to", () => {
      const life = paid();
      life.settle(complete);
      life.tell({ type: "order.updated", by: "shop", change: "bin", order: { gone: true } });
      expect(note(life, "call")?.en).toMatch(/^A capture of 1,000\.00 SEK was requested at .* confirms it\.$/);
      expect(told(life).action.events).toEqual(["reconcile.asked"]);
    });

    test("of another payment is told where the order does not need its money", () => {
      expect(says("two attempts, one being released").answer).toEqual({
        en: "Processing since 2026-11-20 12:00 UTC, but paid twice: 1,000.00 SEK that the order does not need is being released, and the bank has not confirmed it yet.",
        sv: "Behandlas sedan 2026-11-20 12:00 UTC, men betald två gånger: 1\u00a0000,00 SEK som ordern inte behöver släpps, och banken har inte bekräftat än.",
      });
      const [lost] = remedy("two attempts, and the answer to the release was lost");
      expect(lost?.en).toBe("No action needed. If the bank says that it did not carry it out, end the wait.");
    });
  });

  test("a look at another payment is told as that, and no time to pay runs out on a paid order", () => {
    const older = { ...payments.accepted, paymentId: "pay-0" };
    const life = new Life(anOrder({ status: "processing", previousPaymentIds: ["pay-0"] }));
    life.settle(callback({ paymentId: "pay-0" }), payments.accepted, { "pay-0": older });
    life.bankAnswers({ is: "lost" });
    const look = life.open.find(({ effect: one }) => one.type === "readBack");
    life.tell({ type: "payment.readBack", effectId: look?.id ?? "", reading: older });
    expect(Object.keys(life.record.timers).some((name) => name.endsWith("@pay-0"))).toBe(true);
    expect(told(life).next.says).toEqual({
      en: expect.stringMatching(/^Another payment of the order is read again at /),
      sv: expect.stringMatching(/^En annan av orderns betalningar läses av igen /),
    });
  });

  test.each([
    ["cancelPayment", "Releasing money that the order does not need"],
    ["readPayment", "Reading another payment of the order"],
    ["addOrderNote", "Writing an order note in the shop"],
  ] as const)("a call about another payment is not told as one about the payment of the order: %s", (type, name) => {
    const life = new Life(anOrder({ status: "processing", previousPaymentIds: ["pay-0"] }));
    const about = (paymentId: string) => told(life, [effect({ effect: { type, paymentId } })]).next.says.en;
    expect(about("pay-0")).toBe(`${name} is under way.`);
    expect(about("pay-1")).not.toContain("another");
    expect(about("pay-1")).not.toContain("not need");
  });

  describe("a call that the bank puts off, or for which the shop cannot be read", () => {
    const putOff = (more: Partial<PendingCall> = {}) =>
      effect({ effect: { type: "capturePayment", paymentId: "pay-1" }, attempts: 3, error: "HTTP 429", ...more });
    const moving = () => {
      const life = paid();
      life.settle(complete);
      return life;
    };
    const offered = (open: PendingCall[], life = moving()) => told(life, open).action.events;

    test("can be given up by a person", () => {
      const { action, situation } = told(moving(), [putOff()]);
      expect(situation).toBe("moving/capture");
      expect(action).toEqual({
        says: {
          en: "No action needed: the call is made again automatically. If it is not to be made any more, end the wait: the payment is then read, and the call is not sent again.",
          sv: "Ingen åtgärd behövs: anropet görs om automatiskt. Om det inte ska göras längre, avsluta väntan: betalningen läses då av, och anropet skickas inte igen.",
        },
        events: ["merchant.endedWait"],
      });
    });

    test.each([
      ["goes out for the first time", putOff({ attempts: 0 })],
      ["is under way", putOff({ error: null })],
      ["is about another payment", putOff({ effect: { type: "cancelPayment", paymentId: "pay-0" } })],
      ["moves no money", putOff({ effect: { type: "readPayment", paymentId: "pay-1" } })],
    ])("is none that %s", (_how, open) => {
      const life = new Life(anOrder({ previousPaymentIds: ["pay-0"] }));
      life.settle(callback());
      life.settle(complete);
      expect(offered([open], life)).toEqual([]);
    });

    test("is told beside a flag", () => {
      const life = moving();
      life.tell({ type: "order.updated", by: "shop", change: "bin", order: { gone: true } });
      expect(offered([putOff()], life)).toEqual(["merchant.endedWait", "reconcile.asked"]);
      const { notes } = told(life, [putOff()]);
      expect(notes.find(({ kind }) => kind === "call")?.says.en).toMatch(
        / confirms it\. If it is not to be made any more, /,
      );
    });
  });

  test("what the bank still holds is told of every payment of the order", () => {
    const held = (status: "refunded" | "checkout-draft", pays: Reading) => {
      const life = new Life(anOrder({ status, previousPaymentIds: ["pay-0"] }));
      const older = { "pay-0": { ...payments.captured, paymentId: "pay-0" } };
      life.settle({ type: "reconcile.asked" }, pays, older);
      return told(life).answer;
    };
    expect(held("refunded", payments.refunded)).toEqual({
      en: "Refunded since 2026-11-20 12:00 UTC, but not paid back: the bank still has 1,000.00 SEK from the customer.",
      sv: "Återbetald sedan 2026-11-20 12:00 UTC, men pengarna är inte tillbakabetalda: banken har fortfarande 1\u00a0000,00 SEK från kunden.",
    });
    // It needs nothing, so all of it is too much, and not what the second payment holds alone.
    expect(held("refunded", payments.captured).en).toContain("but not paid back: the bank still has 2,000.00 SEK");
    const elsewhere = (ids: string[]) => {
      const life = new Life(anOrder({ previousPaymentIds: ids }));
      life.tell({ type: "order.updated", by: "shop", change: "method", order: { gateway: null } });
      const older = Object.fromEntries(ids.map((id) => [id, { ...payments.captured, paymentId: id }]));
      life.settle({ type: "reconcile.asked" }, payments.captured, older);
      return told(life).answer;
    };
    expect(elsewhere([]).en).toMatch(/still has 1,000\.00 SEK on the payment that the customer abandoned\.$/);
    expect(elsewhere(["pay-0"]).en).toMatch(/still has 2,000\.00 SEK on the payments that the customer abandoned\.$/);
    expect(elsewhere(["pay-0"]).sv).toMatch(/ 2\u00a0000,00 SEK på de betalningar som kunden övergav\.$/);
  });

  test.each([
    ["captured, and the total was changed since", /^The money is captured already/, []],
    ["a part captured, and the total was changed since", /; the rest is not captured until they match\.$/, []],
    ["reserved, and the order costs nothing since", /press Recalculate to release/, ["merchant.recalculated"]],
    ["reserved and completed, and the order costs nothing since", /in the Merchant Portal\.$/, []],
    ["too little reserved", /; nothing is captured until they match\.$/, []],
    ["too little reserved, and the shop captures it all the same", /captures what is reserved\.$/, []],
    ["completed, but the customer is at the bank", /the order cannot be cancelled now\.$/, []],
    ["completed, then rejected", /^Check the payment/, []],
    ["processing, then rejected", /^Check the payment/, ["merchant.cancelled", "merchant.failed"]],
    ["cancelled at the bank", /press Recalculate/, ["merchant.cancelled", "merchant.recalculated"]],
    ["cancelled at the bank, and it may not be changed", /^Set the order to cancelled\.$/, ["merchant.cancelled"]],
    ["cancelled at the bank, completed", /^Nothing is left of the payment/, []],
    ["refunded at the bank", /^Set the order to refunded\.$/, ["merchant.refunded"]],
    ["too little reserved, completed", /^Capture the payment in the Merchant Portal/, []],
    ["completed, never captured", /^Capture the payment before/, ["merchant.captured"]],
    ["completed in the shop, and the bank refused the capture", /then capture it again\.$/, ["merchant.captured"]],
    ["the bank refused the capture, and offers none any more", /cannot be captured from here now\.$/, []],
    ["a refund that failed, and the bank offers none any more", /mark the difference/, ["merchant.acknowledged"]],
  ])("what is offered is what the order takes as it stands: %s", (title, remedy, events) => {
    const { action, flags } = says(title);
    expect(action.says.en).toMatch(remedy);
    expect(action.events).toEqual([...events, "reconcile.asked"]);
    expect(flags.map((one) => one.remedy)).toContainEqual(action.says);
    for (const one of flags) expect(one.remedy.sv).not.toBe(one.remedy.en);
  });

  test("a payment without a reservation is not to be captured before it runs out", () => {
    const [first, second] = says("cancelled at the bank, completed").flags;
    expect([first?.flag, second?.flag]).toContain("discrepancy:completed-not-captured");
    for (const { remedy } of [first, second].flatMap((one) => one ?? [])) expect(remedy.en).not.toContain("Capture");
  });

  test("an order that costs nothing waits for the bank while it has frozen its payment", () => {
    const life = new Life(anOrder({ status: "on-hold", total: 0 }));
    life.settle({ type: "reconcile.asked" }, payments.frozen);
    expect(told(life)).toMatchObject({ situation: "on-hold/frozen", action: { events: [] } });
    life.settle({ type: "reconcile.asked" }, payments["at the bank"]);
    expect(told(life)).toMatchObject({ situation: "on-hold/free", action: { events: ["merchant.processed"] } });
  });

  test.each([
    ["processing", payments["no order"], /before you ship: it cannot be captured/, ["reconcile.asked"]],
    ["processing", { ...payments.captured, hasOrder: false }, /^Ship the goods, and look up/, ["reconcile.asked"]],
    ["completed", { ...payments.captured, offers: [] }, /refund the payment in the Merchant Portal/, []],
    ["completed", { ...payments["partly captured"], offers: [] }, /^Release the rest in the Merchant Portal/, []],
  ] as const)("nothing that the bank does not allow is offered: %s", (status, pays, says, events) => {
    const life = new Life(anOrder({ status }));
    life.settle({ type: "reconcile.asked" }, pays as Reading);
    const { action } = told(life);
    expect(action.says.en).toMatch(says);
    expect(action.events).toEqual(events);
  });

  test("a rule of the host's that throws takes nothing away", () => {
    const { registry } = paid().rules;
    const order = registry.order.provide({
      guards: {
        canCapture: () => {
          throw new Error("no");
        },
      },
    });
    const life = paid();
    const one = why(life.record, life.history, [], null, { ...registry, order } as typeof registry);
    expect(one.action.events).toEqual(["merchant.completed"]);
  });

  test("the configured time is told, whatever it is", () => {
    const life = new Life(anOrder({ createdAt: T0, updatedAt: T0 }), undefined);
    const quick = new Life(anOrder({ createdAt: T0, updatedAt: T0 }), {
      ...life.rules,
      settings: { ...life.rules.settings, cooldownSeconds: 6 },
    });
    quick.tell(callback());
    expect(told(quick).answer.en).toContain("held until 2026-11-20 12:00:06 UTC");
    expect(linesOf(told(quick)).join()).not.toMatch(/minute|60/);
  });

  test.each([
    ["under way", effect({ attempts: 1 }), "Reading the payment at the bank is under way."],
    [
      "to be tried again after a failure",
      effect({ attempts: 2, error: "503" }),
      "Reading the payment at the bank failed 2 times and is tried again at 2026-11-20 12:01 UTC.",
    ],
    ["given up", effect({ dead: true, attempts: 9, error: "409" }), "Nothing happens by itself."],
  ])("a call that is %s", (_how, open, line) => {
    expect(told(new Life(), [open]).next.says.en).toBe(line);
  });

  test.each([
    [
      "that a shop refused",
      effect({ attempts: 5, error: "HTTP 500:\n  <p>There has been\tan error</p>" }),
      "HTTP 500: <p>There has been an error</p>",
    ],
    ["with a page for an answer", effect({ attempts: 1, error: "x".repeat(3000) }), "x".repeat(200)],
    ["and was given up", effect({ dead: true, attempts: 9, error: "HTTP 404: gone" }), "HTTP 404: gone"],
  ])("a call %s says what went wrong", (_how, open, error) => {
    const { notes } = told(new Life(), [open]);
    expect(notes).toEqual([
      {
        kind: "failed",
        says: {
          en: `Reading the payment at the bank failed: ${error}`,
          sv: `Avläsningen av betalningen hos banken misslyckades: ${error}`,
        },
      },
    ]);
  });
  test.each([effect(), effect({ attempts: 1, error: null }), effect({ attempts: 0, error: "old" })])(
    "a call that did not fail, or begins anew, says nothing of it: %j",
    (open) => expect(told(new Life(), [open]).notes).toEqual([]),
  );

  test("a call that was given up counts before one that is under way, and behind a flag", () => {
    const open = [effect(), effect({ effect: { type: "completePayment" }, dead: true, attempts: 9 })];
    expect(told(paid(), open)).toMatchObject({
      situation: "dead/completePayment",
      answer: {
        en: "Telling the shop that the order is paid failed 9 times and was given up; the order is Processing, and someone has to try the call again.",
      },
    });
    const frozen = new Life(anOrder({ status: "processing" }));
    frozen.settle({ type: "reconcile.asked" }, payments.frozen);
    expect(told(frozen, open)).toMatchObject({
      situation: "flagged/discrepancy:frozen-at-gateway",
      next: { says: { en: "Nothing happens by itself." } },
    });
    const words = Object.values(calls).flat();
    expect(new Set(words).size).toBe(words.length);
  });

  test("the timer that rings first is the one that is told", () => {
    const life = new Life(anOrder({ createdAt: T0, updatedAt: T0 }));
    life.tell(callback());
    const { timers } = life.record;
    expect(Object.keys(timers)).toHaveLength(2);
    const later = Object.fromEntries(
      Object.entries(timers).map(([name, { generation, at }]) => [name, { generation, at: T0 * 2 - at }]),
    );
    const next = (record: typeof life.record) => why(record, life.history, []).next.says.en;
    expect(next(life.record)).toBe("The bank is asked about the payment at 2026-11-20 12:01 UTC.");
    expect(next({ ...life.record, timers: later })).toContain("the time to pay runs out");
    const over = new Life();
    over.wait(110 * MINUTE, payments.missing);
    expect(told(over).next).toMatchObject({ at: "2026-11-20T14:10:00.000Z" });
    expect(told(over).next.says.en).toContain("in case the bank has booked something since");
    expect(told(new Life(anOrder({ status: "refunded" }))).next.says.en).toBe("Nothing: the order is closed.");
  });

  test("a lost answer: the payment is read again, also while a call is under way", () => {
    const life = paid();
    life.settle(complete);
    life.bankAnswers({ is: "lost" });
    expect(told(life, [effect()]).next.says.en).toMatch(/is under way|^The payment is read again at/);
    const look = life.open.find(({ effect: one }) => one.type === "readBack");
    life.tell({ type: "payment.readBack", effectId: look?.id ?? "", reading: reading() });
    expect(told(life, [effect()]).next.says.en).toMatch(/^The payment is read again at/);
  });

  test("an order that somebody put on hold although the bank accepted the payment", () => {
    const life = paid();
    life.settle({ type: "merchant.held", via: "api" });
    expect(told(life).action).toMatchObject({ events: ["merchant.processed"] });
    expect([life, paid(), new Life(anOrder({ status: "on-hold" }))].map(({ record }) => isHeldByHand(record))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("of two flags the one that stops the parcel is told first, and both are fields", () => {
    const life = new Life(anOrder({ status: "processing", previousPaymentIds: ["pay-0"] }));
    const older = { "pay-0": { ...payments.captured, paymentId: "pay-0" } };
    life.settle(callback({ paymentId: "pay-0" }), payments.accepted, older);
    const both = life.record.flags.map((one) => ({ ...one, clearedAt: null }));
    const froze = { flag: "discrepancy:frozen-at-gateway", raisedAt: T0, clearedAt: null } as const;
    const one = why({ ...life.record, flags: [...both, froze] }, life.history, []);
    expect(one.situation).toBe("flagged/discrepancy:frozen-at-gateway");
    expect(one.flags).toEqual(
      [
        ["discrepancy:paid-twice", 100_000],
        ["discrepancy:frozen-at-gateway", null],
      ].map(([flag, amount]) => {
        const name = flag as keyof typeof flags;
        const { says, remedy } = flagsInSwedish[name];
        return {
          flag,
          amount,
          says: { en: flags[name].says, sv: says },
          remedy: { en: flags[name].remedy, sv: remedy },
        };
      }),
    );
    // One that is over is gone.
    const over = { ...froze, clearedAt: T0 };
    expect(why({ ...life.record, flags: [...both, over] }, life.history, []).situation).toBe(
      "flagged/discrepancy:paid-twice",
    );
  });

  test("a machine of somebody's own, and a status without words, are told in English", () => {
    const life = paid();
    const record = { ...life.record, states: { ...life.record.states, payment: "elsewhere" } };
    expect(why(record, life.history, []).evidence.says.en).toBe(
      "Bank reports ACCEPTED (), read at 2026-11-20 12:00 UTC.",
    );
  });

  test("money as each language writes it", () => {
    expect(money(123_456_789, "SEK", "en")).toBe("1,234,567.89 SEK");
    expect(money(123_456_789, "SEK", "sv")).toBe("1 234 567,89 SEK");
    expect([money(0, "SEK", "en"), money(-5, "SEK", "sv"), money(100, "EUR", "sv")]).toEqual([
      "0.00 SEK",
      "-0,05 SEK",
      "1,00 EUR",
    ]);
  });
});

describe("why a machine has no branch", () => {
  const against = (state: string, type: string, said = {}) =>
    reasonsAgainst(orderMachine, state, type, considered(said));

  test("all that spoke against it, the decisive first and each once", () => {
    expect(
      against("processing", "merchant.completed", { pays: { status: "FROZEN", offers: [], authorized: 5 } }),
    ).toEqual(["unable-to-capture-frozen-order", "capture-not-possible", "amount-mismatch"]);
    expect(against("on-hold", "merchant.refunded", { pays: "accepted" })).toEqual([
      "refund-not-possible",
      "refund-not-offered",
    ]);
    expect(against("on-hold", "merchant.captured", { pays: "no offers", wish: { lines: [] } })).toEqual([
      "partial-capture-not-supported",
      "capture-not-possible",
    ]);
  });

  test("the documents' own word for one action stands for the usual one", () => {
    const pays = { status: "REJECTED", captured: 1, offers: [] };
    const changes = ["merchant.editedLines", "merchant.recalculated"];
    for (const type of changes)
      expect(against("pending", type, { pays, wish: { total: 1 } })).toEqual(["not-editable"]);
    expect(against("on-hold", "merchant.captured", { pays: "frozen" })[0]).toBe("unable-to-capture-frozen-order");
    expect(against("on-hold", "merchant.cancelled", { pays: "frozen" })[0]).toBe("payment-frozen");
  });

  test("nothing speaks against what is not asked for there, nor against an open branch", () => {
    expect(against("refunded", "merchant.completed")).toEqual([]);
    expect(against("on-hold", "merchant.failed")).toEqual(["is-paid"]);
    expect(against("on-hold", "merchant.held")).toEqual([]);
    expect(against("on-hold", "merchant.completed")).toEqual([]);
  });

  test("a fact without a word of its own speaks by its name", () => {
    expect(against("pending", "merchant.processed", { pays: "frozen" })).toEqual(["payment-frozen"]);
    expect(against("capturing", "nobody.knows")).toEqual([]);
    expect(reasonsAgainst(orderMachine, { booking: "asked" }, "book.confirmed", considered())).toEqual(["isMissing"]);
  });

  test("several facts of which one would do say no without a word", () => {
    const machine = setup({ guards: { no: () => false, either: and([or(["no", "no"])]) } }).createMachine({
      on: { go: { guard: "either" } },
    });
    expect(reasonsAgainst(machine, {}, "go", considered())).toEqual([]);
  });

  test("a state has its branches from inside out, and says of itself what the innermost says", () => {
    const value = { capturing: "unknown" };
    expect(nodesOf(orderMachine, value).map(({ id }) => id)).toEqual([
      "order.capturing.unknown",
      "order.capturing",
      "order",
    ]);
    expect(nodesOf(orderMachine, { capturing: "shipped" }).map(({ id }) => id)).toEqual(["order.capturing", "order"]);
    expect(handles(orderMachine, value, "merchant.completed")).toBe(true);
    expect(handles(orderMachine, value, "order.seen")).toBe(true);
    expect(handles(orderMachine, value, "merchant.cancelled")).toBe(false);
    expect(metaOf(orderMachine, value).says).toBe(
      "The bank's answer was lost; the payment is read until it shows what became of the call",
    );
    expect(metaOf(orderMachine, { capturing: "asked" }).says).toBe("The payment is being captured");
    expect(metaOf(paymentMachine, { ACCEPTED: "captured" })).toEqual({ says: "captured" });
  });
});
