/** A status of the shop's own: a child of one of the eight, kept beside it and decided as it. */
import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../machines/events.js";
import { Statuses, statusNamed } from "../../machines/statuses.js";
import { preview } from "../../src/core/preview.js";
import { why } from "../../src/core/why.js";
import { parseCommand, parsePlaced } from "../../src/ports/command.js";
import { Life, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, payments } from "../../src/testing/decision/samples.js";

const captured = { is: "confirmed", reading: payments.captured } as const;
/** An order of 1000.00 in this status, as the shop has it. */
const lifeIn = (status: "processing" | "completed" | "on-hold" | "pending", child?: string): Life => {
  const life = new Life(anOrder({ status }), rulesWith({ cooldownSeconds: 0 }));
  if (status !== "completed") life.settle({ type: "reconcile.asked" });
  if (child !== undefined) life.tell({ type: "order.seen", status, child });
  return life;
};
const childOf = ({ record }: Life) => record.facts.order.child;
const toShop = ({ effects }: Life) => effects.map(({ effect }) => effect).filter((effect) => "to" in effect);
const toBank = ({ types }: Life) => types.filter((type) => type.endsWith("Payment") && type !== "completePayment");

describe("what the shop tells", () => {
  test("a child of the status that the order has is recorded, and nothing else happens", () => {
    const life = lifeIn("processing");
    const before = life.effects.length;
    const { updatedAt } = life.record.facts.order;
    const { entry, effects } = life.tell({ type: "order.seen", status: "processing", child: "picking" });
    expect(entry.answers).toMatchObject([{ outcome: "ignored", reason: "recorded", from: "processing" }]);
    expect([effects, life.effects.length, entry.child]).toEqual([[], before, "picking"]);
    expect(life.record.facts.order).toMatchObject({ status: "processing", child: "picking", updatedAt });
    // Told again it is nothing new.
    const again = life.tell({ type: "order.seen", status: "processing", child: "picking" });
    expect(again.entry.answers).toMatchObject([{ outcome: "ignored", reason: "same-status" }]);
    expect(life.tell({ type: "order.seen", status: "processing" }).entry.answers).toMatchObject([
      { reason: "recorded" },
    ]);
    expect("child" in life.record.facts.order).toBe(false);
  });

  test("a child of another status is followed as that status", () => {
    const life = lifeIn("processing", "picking");
    const { entry } = life.tell({ type: "order.seen", status: "on-hold", child: "backorder" });
    expect(entry.answers[0]).toMatchObject({ outcome: "moved", rule: "shop/seen", to: "on-hold" });
    expect(childOf(life)).toBe("backorder");
    expect(toShop(life).filter(({ to }) => to === "on-hold")).toEqual([]);
  });

  test("an order may be placed in one, and a conflict may name one", () => {
    const placed = new Life(anOrder({ status: "processing", child: "picking" }));
    expect(placed.record.facts.order).toMatchObject({ status: "processing", child: "picking" });
    placed.tell({ type: "shop.conflicted", effectId: "o:1:0", status: "processing", child: "packed" });
    expect(childOf(placed)).toBe("packed");
    placed.tell({ type: "shop.conflicted", effectId: "o:1:0", status: "completed", child: "delivered" });
    expect(placed.record.facts.order).toMatchObject({ status: "completed", child: "delivered" });
  });

  test("told of during a call it is followed at the call's end", () => {
    const life = lifeIn("processing", "picking");
    life.settle({ type: "merchant.completed" });
    life.tell({ type: "order.seen", status: "on-hold", child: "backorder" });
    expect(life.record.facts.order).toMatchObject({ status: "processing", child: "picking" });
    life.bankAnswers({ is: "refused" });
    expect(life.record.facts.order).toMatchObject({ status: "on-hold", child: "backorder" });
  });

  test("told of during a call, of the status that the order has, it is recorded at once and outlives it", () => {
    const life = lifeIn("processing", "picking");
    life.settle({ type: "merchant.captured" });
    life.tell({ type: "order.seen", status: "processing", child: "packed" });
    expect(childOf(life)).toBe("packed");
    life.bankAnswers(captured);
    expect(life.record.facts.order).toMatchObject({ status: "processing", child: "packed" });
  });
});

describe("what is decided", () => {
  test("a change of status clears it, and the shop is told no child", () => {
    const life = lifeIn("processing", "picking");
    life.settle({ type: "merchant.held" });
    expect("child" in life.record.facts.order).toBe(false);
    expect(toShop(life).at(-1)).toEqual({
      type: "setOrderStatus",
      from: "processing",
      to: "on-hold",
      note: "Status set by the merchant.",
    });
  });

  test("asked for, a child is decided as its parent is: captured first, then the shop is told the child", () => {
    const life = lifeIn("processing", "picking");
    const asked = life.settle({ type: "merchant.completed", child: "delivered" });
    expect(asked).toMatchObject({ outcome: "deferred", reason: "awaiting-gateway", to: "completed" });
    expect(life.record.facts.order).toMatchObject({ status: "processing", child: "picking" });
    life.bankAnswers(captured);
    expect(life.record.facts.order).toMatchObject({ status: "completed", child: "delivered" });
    expect(toShop(life).at(-1)).toMatchObject({ from: "processing", to: "completed", child: "delivered" });
    expect(life.answerTo(asked.eventId)).toMatchObject({ outcome: "moved", to: "completed" });
  });

  test("so it is after a lost answer that the bank shows later", () => {
    const life = lifeIn("processing");
    life.settle({ type: "merchant.completed", child: "delivered" });
    life.bankAnswers({ is: "lost" });
    const look = life.open.find(({ effect }) => effect.type === "readBack");
    life.tell({ type: "payment.readBack", effectId: look?.id ?? "", reading: payments.captured });
    expect(toShop(life).at(-1)).toMatchObject({ to: "completed", child: "delivered" });
    expect(childOf(life)).toBe("delivered");
  });

  test("refused by the bank, the order keeps what it has", () => {
    const life = lifeIn("processing", "picking");
    const asked = life.settle({ type: "merchant.completed", child: "delivered" });
    life.bankAnswers({ is: "refused" });
    expect(life.record.facts.order).toMatchObject({ status: "processing", child: "picking" });
    expect(life.answerTo(asked.eventId)).toMatchObject({ outcome: "refused" });
  });

  test.each([
    ["merchant.held", "on-hold"],
    ["merchant.cancelled", "cancelled"],
  ] as const)("%s with a child goes that way too", (type, status) => {
    const life = lifeIn("processing");
    life.settle({ type, child: "own" });
    if (status === "cancelled") life.bankAnswers({ is: "confirmed", reading: payments.cancelled });
    expect(life.record.facts.order).toMatchObject({ status, child: "own" });
    expect(toShop(life).at(-1)).toMatchObject({ to: status, child: "own" });
  });

  test("a part of the money that turns out to be the last makes it refunded, and no child of another status", () => {
    const life = lifeIn("processing");
    life.settle({ type: "merchant.completed", child: "delivered" });
    life.bankAnswers(captured);
    life.settle({ type: "merchant.refundedAmount", amount: 100_000 }, payments.captured);
    life.bankAnswers({ is: "confirmed", reading: payments.refunded });
    expect(life.record.facts.order.status).toBe("refunded");
    expect("child" in life.record.facts.order).toBe(false);
  });

  const steps = [
    ["merchant.processed", "processing"],
    ["merchant.completed", "completed"],
    ["merchant.held", "on-hold"],
    ["merchant.reopened", "pending"],
  ] as const;
  test.each(steps)("%s between two children of %s touches no bank: only the shop is told", (type, status) => {
    const life = new Life(anOrder({ status, child: "one" }), rulesWith({ cooldownSeconds: 0 }));
    const before = [...toBank(life)];
    const { entry, effects } = life.tell({ type, child: "two" });
    expect(entry.answers).toMatchObject([{ outcome: "moved", from: status, to: status }]);
    expect(effects.map(({ effect }) => effect)).toEqual([
      { type: "setOrderStatus", from: status, to: status, child: "two", note: "Status set by the merchant." },
    ]);
    expect([childOf(life), toBank(life)]).toEqual(["two", before]);
    expect(life.tell({ type, child: "two" }).entry.answers).toMatchObject([
      { outcome: "ignored", reason: "same-status" },
    ]);
    // Whoever asks for the status alone has it already.
    expect(life.tell({ type }).entry.answers).toMatchObject([{ outcome: "ignored", reason: "same-status" }]);
    expect(childOf(life)).toBe("two");
  });

  test("of an order that another method pays the merchant's word is told on", () => {
    const life = new Life(anOrder({ status: "processing", gateway: null, paymentId: null }));
    life.tell({ type: "merchant.completed", child: "delivered" });
    expect(life.record.facts.order).toMatchObject({ status: "completed", child: "delivered" });
    expect(toShop(life).at(-1)).toMatchObject({ from: "processing", to: "completed", child: "delivered" });
    life.tell({ type: "merchant.completed", child: "returned" });
    expect(toShop(life).at(-1)).toMatchObject({ from: "completed", to: "completed", child: "returned" });
  });

  test("while money is on the move another child is not promised, and the same one is under way", () => {
    const life = lifeIn("processing");
    life.settle({ type: "merchant.completed", child: "delivered" });
    expect(life.settle({ type: "merchant.completed", child: "delivered" })).toMatchObject({ reason: "already-asked" });
    expect(life.settle({ type: "merchant.completed" })).toMatchObject({ reason: "already-asked" });
    expect(life.settle({ type: "merchant.completed", child: "handed" })).toMatchObject({
      outcome: "refused",
      reason: "operation-in-flight",
    });
    expect(life.settle({ type: "merchant.processed", child: "packed" })).toMatchObject({
      outcome: "refused",
      reason: "operation-in-flight",
    });
  });

  test("two who asked in one breath: the second one's child comes to the shop, and the bank is asked once", () => {
    const life = lifeIn("processing");
    life.tell({ type: "merchant.completed" }, "first");
    life.tell({ type: "merchant.completed", child: "delivered" }, "second");
    life.read(payments.captured);
    expect(life.record.facts.order).toMatchObject({ status: "completed", child: "delivered" });
    expect(toShop(life).map((effect) => ("child" in effect ? effect.child : null))).toEqual(
      expect.arrayContaining([null, "delivered"]),
    );
  });

  test("`can` says the same beforehand", () => {
    const { record } = lifeIn("processing", "picking");
    const event: OrderEvent = parseCommand("packed", { packed: "processing" });
    const envelope = { id: "x", orderId: "o", at: 0, source: "merchant", event } as const;
    const told = preview(record, envelope, record.facts.order.updatedAt);
    expect([told.answer.outcome, told.effects.map(({ effect }) => effect.type)]).toEqual(["moved", ["setOrderStatus"]]);
  });
});

test("`why` says it beside the status, in a note of its own", () => {
  const life = lifeIn("processing", "picking");
  const told = why(life.record, life.history, []);
  expect(told).toMatchObject({ status: "processing", child: "picking", state: { en: "Processing (picking), paid" } });
  expect(told.notes).toContainEqual({
    kind: "child",
    says: { en: 'In the shop it is "picking".', sv: 'I butiken är den "picking".' },
  });
  const plain = lifeIn("processing");
  expect("child" in why(plain.record, plain.history, [])).toBe(false);
});

describe("the words at the door", () => {
  const statuses: Statuses = { picking: "processing", delivered: "completed", waiting: "checkout-draft" };

  test("a child stands for its parent, and one of the eight for itself", () => {
    expect(statusNamed("picking", statuses)).toEqual({ status: "processing", child: "picking" });
    expect(statusNamed("processing", statuses)).toEqual({ status: "processing" });
    for (const word of ["packed", "toString", "__proto__", "", null, 5]) expect(statusNamed(word, statuses)).toBeNull();
  });

  test("a command may name a status where it asks for one, and where it tells of one", () => {
    expect(parseCommand("delivered", statuses)).toEqual({ type: "merchant.completed", via: "api", child: "delivered" });
    expect(parseCommand("completed")).toEqual({ type: "merchant.completed", via: "api" });
    const asked = { type: "merchant.asked", status: "delivered", via: "erp", by: "Eva" };
    expect(parseCommand(asked, statuses)).toEqual({
      type: "merchant.completed",
      via: "erp",
      by: "Eva",
      child: "delivered",
    });
    const seen = { type: "order.seen", status: "picking" };
    expect(parseCommand(seen, statuses)).toEqual({ type: "order.seen", status: "processing", child: "picking" });
    // What was read once is read again, as when HTTP hands it on.
    const read = parseCommand(seen, statuses);
    expect(parseCommand(read, statuses)).toEqual(read);
    const order = { ...anOrder(), status: "picking" };
    expect(parsePlaced(order, undefined, 1_800_000_000_000, statuses).order).toMatchObject({
      status: "processing",
      child: "picking",
    });
  });

  test.each([
    ["packed", "status", '"packed" is none'],
    ["waiting", "status", '"waiting" is none'],
    ["checkout-draft", "status", '"checkout-draft" is none'],
    [{ type: "merchant.asked" }, "status", "is none"],
    [{ type: "order.seen", status: "packed" }, "status", "packed"],
    [{ type: "merchant.completed", child: "picking" }, "child", '"picking"'],
    [{ type: "merchant.completed", child: "packed" }, "child", '"packed"'],
    [{ type: "order.seen", status: "processing", child: "delivered" }, "child", '"delivered"'],
  ])("%j is refused by name", (event, path, message) => {
    expect(() => parseCommand(event, statuses)).toThrow(`${path}: `);
    expect(() => parseCommand(event, statuses)).toThrow(message);
  });

  test.each([
    ["sketch", "can be asked for"],
    ["checkout-draft", "can be asked for"],
    ["packed", "there are"],
  ])("the list that follows a no leaves out what was named: %s", (word, which) => {
    const own = { ...statuses, sketch: "checkout-draft" } as const;
    const said = (event: unknown) => {
      try {
        return String(parseCommand(event, own));
      } catch (error) {
        return (error as Error).message;
      }
    };
    for (const event of [word, { type: "merchant.asked", status: word }]) {
      expect(said(event)).toContain(`"${word}" is none of the statuses that ${which}: `);
      expect(said(event).split(": ").at(-1)?.split(", ")).not.toContain(word);
      expect(said(event)).toContain("picking");
    }
    if (word === "packed") expect(said({ type: "order.seen", status: word })).toContain("sketch");
    else expect(parseCommand({ type: "order.seen", status: word }, own)).toMatchObject({ status: "checkout-draft" });
  });

  test("an order is placed in no status that nobody declared", () => {
    expect(() => parsePlaced({ ...anOrder(), status: "packed" }, undefined, 1, statuses)).toThrow("packed");
  });

  test.each([
    [{ completed: "processing" }, "completed"],
    [{ "": "processing" }, ""],
    [{ "in the box": "processing" }, "in the box"],
    [{ "wc-picking": "processing" }, "wc-picking"],
    [{ ["x".repeat(61)]: "processing" }, "x"],
    [{ picking: "packing" }, "picking"],
    [{ picking: "picking" }, "picking"],
    [{ picking: null }, "picking"],
  ])("%j is not declared", (statuses, name) => {
    const { error } = Statuses.safeParse(statuses);
    expect(error?.issues[0]?.path.join(".")).toBe(Object.keys(statuses)[0]);
    expect(error?.issues[0]?.path.join(".")).toContain(name);
  });
});
