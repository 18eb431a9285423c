/** Row 5: a host, a person or a job says commands; what the bank, the shop and the timers answer only the engine says. */
import { afterEach, describe, expect, test } from "vitest";
import { Command, OrderEvent, Reply } from "../../machines/events.js";
import { InvalidEvent } from "../../src/runtime/embedded/receipt.js";
import { reading } from "../../src/testing/decision/samples.js";
import { bankHas, Place, post, trusted } from "../engine/place.js";

let place: Place | null = null;
afterEach(async () => {
  // The reading under way ends first: a stop would wait for it.
  await place?.after(120_000);
  await place?.end();
  place = null;
});

/** An order whose payment the bank has not accepted, with a reading under way that a stranger can see. */
const waiting = async () => {
  place = await Place.made();
  const world = place;
  await world.order("o", { payment: "TASK_REDIRECTION_REQUIRED" });
  world.bank.delayNext("getPayment", 60_000);
  await world.engine.submit("o", { type: "reconcile.asked" });
  await world.rest();
  const [effect] = await world.engine.queries.effectsOf("o");
  const { fetch } = trusted({ engine: world.engine });
  const send = async (path: string, body: unknown, headers = {}) => {
    const answer = await fetch(post(path, body, headers));
    return { status: answer.status, text: await answer.text() };
  };
  return { world, effectId: effect?.id ?? "none", send };
};

const accepted = reading({ paymentId: "pay-o", offers: ["CAPTURE"], taskCompleted: true });

const answers = (effectId: string): Record<string, { type: string }> => ({
  "the payment, read": { type: "payment.read", effectId, reading: accepted } as { type: string },
  "the payment, read back": { type: "payment.readBack", effectId, reading: accepted } as { type: string },
  "a booking that was refused": { type: "book.refused", effectId, reason: "x", detail: "" } as { type: string },
  "a capture that was confirmed": { type: "capture.confirmed", effectId, reading: accepted } as { type: string },
  "a cancellation of unknown end": { type: "cancel.unknown", effectId, detail: "" } as { type: string },
  "a refund that was confirmed": { type: "refund.confirmed", effectId, reading: null } as { type: string },
  "the shop's own status": { type: "shop.conflicted", effectId, status: "completed" } as { type: string },
  "a timer's ring": { type: "timer.fired", timer: "cooldown", generation: 1 } as { type: string },
});

describe("doors 5: an answer of the bank, the shop or a timer", () => {
  test("is refused at POST /orders/:id/events and /can, with the type in the error, and changes nothing", async () => {
    const { world, effectId, send } = await waiting();
    const before = await world.engine.queries.history("o");
    for (const event of Object.values(answers(effectId))) {
      for (const path of ["/orders/o/events", "/orders/o/can"]) {
        const { status, text } = await send(path, event);
        expect([path, event.type, status]).toEqual([path, event.type, 400]);
        expect(text).toContain("invalid-event");
        expect(text).toContain(`only the engine itself may say \\"${event.type}\\"`);
      }
    }
    expect(await world.engine.queries.history("o")).toEqual(before);
    expect((await world.engine.queries.read("o"))?.facts.payment.status).not.toBe("ACCEPTED");
    expect(world.status("o")).toBe("pending");
  });

  test("is refused by the library's submit() and can(), for callers without types too", async () => {
    const { world, effectId } = await waiting();
    const before = await world.engine.queries.history("o");
    for (const event of Object.values(answers(effectId))) {
      const { submit, queries } = world.engine;
      for (const door of [submit.bind(world.engine), queries.can]) {
        const error = await door("o", event as never).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(InvalidEvent);
        expect((error as InvalidEvent).issues).toEqual([
          { path: "type", message: expect.stringContaining(`only the engine itself may say "${event.type}"`) },
        ]);
      }
    }
    expect(await world.engine.queries.history("o")).toEqual(before);
  });

  test("is still taken from the engine's own call", async () => {
    const { world } = await waiting();
    bankHas(world.bank, "pay-o", "ACCEPTED");
    await world.after(120_000);
    expect(world.status("o")).toBe("processing");
  });

  test("is of a type that no command has, and every event is the one or the other", () => {
    const typesOf = (union: { options: readonly { shape: { type: { value: string } } }[] }) =>
      union.options.map(({ shape }) => shape.type.value).sort();
    const [commands, replies] = [typesOf(Command), typesOf(Reply)];
    expect(commands.filter((type) => replies.includes(type))).toEqual([]);
    expect(typesOf(OrderEvent)).toEqual(["order.placed", ...commands, ...replies].sort());
  });
});

describe("doors 5: placing an order", () => {
  test("is no event that can be submitted", async () => {
    const { world, send } = await waiting();
    const order = { total: 1, currency: "SEK", lines: [], gateway: null, createdAt: 1, updatedAt: 1 };
    const event = { type: "order.placed", order };
    for (const id of ["o", "new"]) {
      const { status, text } = await send(`/orders/${id}/events`, event);
      expect([status, text]).toEqual([400, expect.stringContaining("place the order instead")]);
    }
    await expect(world.engine.submit("new", event as never)).rejects.toThrow(InvalidEvent);
    expect(await world.engine.queries.read("new")).toBeNull();
  });
});

describe("doors 5: an event id of the engine's own", () => {
  /** The effects' ids are counted on from the order's version, so whoever knows one knows the next. */
  const taken = ["o:3:0/read", "o:3:0/ok", "o:12:1/unknown2", "o/cooldown/1", "o/link/77", "order.placed"];

  test("cannot be taken by a command, which would have the answer counted as a repeated event", async () => {
    place = await Place.made();
    const world = place;
    await world.order("o", { status: "pending" });
    const { fetch } = trusted({ engine: world.engine });
    for (const id of taken) {
      const answer = await fetch(post("/orders/o/events", { type: "merchant.held" }, { "idempotency-key": id }));
      expect([id, answer.status]).toEqual([id, 400]);
      expect(await answer.text()).toContain('"path":"id"');
      const submitted = world.engine.submit("o", { type: "merchant.held" }, { id });
      await expect(submitted).rejects.toThrow(InvalidEvent);
    }
    await world.engine.submit("o", { type: "customer.returned", page: "success" }, { id: "o:3/4" });
    await world.after(120_000);
    expect(world.status("o")).toBe("processing");
    expect(await world.engine.queries.effectsOf("o")).toEqual([]);
  });
});
