/**
 * Row 5, for whoever has types: what is misspelt, and what only the engine may say, does not compile.
 * The compiler checks each `@ts-expect-error` below: one that is not needed any more fails the build.
 */
import type { Command, Queries, Receipt, Runtime } from "order-status-engine";
import { type Meta, type Reason, reasons } from "order-status-engine/machines";
import { expect, test } from "vitest";

/** Takes nothing and does nothing: what matters is whether the call compiles. */
const nothing: Pick<Runtime, "submit"> & Pick<Queries, "can"> = {
  submit: async () => ({}) as Receipt,
  can: async () => ({}) as Awaited<ReturnType<Queries["can"]>>,
};

test("doors 5: what is misspelt, or is not the caller's to say, does not compile", async () => {
  const { submit, can } = nothing;
  const wellFormed: Command[] = [
    { type: "merchant.completed" },
    { type: "merchant.completed", via: "bulk" },
    { type: "merchant.refunded" },
    { type: "merchant.refundedAmount", amount: 5 },
    { type: "checkout.rejected", rejection: "deny" },
    { type: "customer.returned", page: "success" },
    { type: "order.seen", status: "completed" },
  ];
  for (const event of wellFormed) await submit("o", event);
  for (const event of wellFormed) await can("o", event);

  // @ts-expect-error a misspelt type
  await submit("o", { type: "merchant.complete" });
  // @ts-expect-error a misspelt way
  await submit("o", { type: "merchant.completed", via: "dropdwon" });
  // @ts-expect-error a misspelt page
  await submit("o", { type: "customer.returned", page: "signing-landed" });
  // @ts-expect-error a misspelt reason of a rejection
  await submit("o", { type: "checkout.rejected", rejection: "denied" });
  // @ts-expect-error a misspelt status
  await submit("o", { type: "order.seen", status: "complete" });
  // @ts-expect-error a misspelt field
  await submit("o", { type: "merchant.refundedAmount", amuont: 5 });
  // @ts-expect-error a field that another event has
  await submit("o", { type: "merchant.completed", amount: 5 });
  // @ts-expect-error a text that may be anything
  await submit("o", { type: "merchant.completed" as string });
  // @ts-expect-error the bank's own answer
  await submit("o", { type: "capture.unknown", effectId: "e", detail: "" });
  // @ts-expect-error a timer's ring
  await submit("o", { type: "timer.fired", timer: "cooldown", generation: 1 });
  // @ts-expect-error placing is not submitted
  await submit("o", { type: "order.placed", order: {} });
  // @ts-expect-error a misspelt type
  await can("o", { type: "merchant.complete" });
  // @ts-expect-error the bank's own answer
  await can("o", { type: "capture.unknown", effectId: "e", detail: "" });

  const { reason } = await submit("o", { type: "merchant.completed" });
  // @ts-expect-error a misspelt reason of an answer
  expect(reason === "colldown").toBe(false);
  const { reason: foreseen } = await can("o", { type: "merchant.completed" });
  // @ts-expect-error a misspelt reason of a verdict
  expect(foreseen === "payment-frosen").toBe(false);
  // @ts-expect-error a misspelt reason in a machine
  const meta: Meta = { reason: "same-statsu" };
  expect(meta).toBeDefined();

  const receipt = await submit("o", { type: "merchant.completed" });
  // @ts-expect-error what moved has no reason
  const any: Reason = receipt.reason;
  if (receipt.outcome === "refused") expect(reasons[receipt.reason]).toBeDefined();
  // @ts-expect-error what moved has no reason
  if (receipt.outcome === "moved") expect(reasons[receipt.reason]).toBeDefined();
  // @ts-expect-error an event that is parked waits for a reason that is in no table
  if (receipt.outcome === "deferred") expect(reasons[receipt.reason]).toBeDefined();
  // @ts-expect-error only what is deferred has a moment
  if (receipt.final) expect(receipt.until > 0).toBe(false);
  expect(any).toBeUndefined();
  expect(wellFormed).toHaveLength(7);
});
