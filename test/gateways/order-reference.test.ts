/** An order's id as a reference that every bank takes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Id } from "../../machines/text.js";
import { orderIdOf, referenceOf } from "../../src/http-client/order-reference.js";

const UUID = "0f8fad5b-d9cb-469f-a165-70867728950e";

describe("an order's reference", () => {
  test.each([
    ["1001", "1001"],
    ["order_01HQ3J8Z6W5V4T3S2R1Q0P9N8M", "order_01HQ3J8Z6W5V4T3S2R1Q0P9N8M"],
    [UUID, "0f8fad5bd9cb469fa16570867728950e"],
    ["order#1", expect.stringMatching(/^order-1--[\w-]{20}$/)],
    ["2026/11/1001", expect.stringMatching(/^2026-11-10--[\w-]{20}$/)],
    ["#", expect.stringMatching(/^---[\w-]{20}$/)],
  ])("%s goes as %s", (id, reference) => expect(referenceOf(id)).toEqual(reference));

  test("each fits, and is read again as that order, or as none where nothing was kept", () => {
    const id = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 }),
      fc.stringMatching(/^[\w-]{1,100}$/),
      fc.uuid(),
      fc.stringMatching(/^[\w-]{0,10}--[\w-]{20}$/),
    );
    fc.assert(
      fc.property(
        id.filter((one) => Id.safeParse(one).success),
        (one) => {
          expect(referenceOf(one)).toMatch(/^[\w-]{1,32}$/);
          expect(orderIdOf(referenceOf(one), one)).toBe(one);
          expect([one, null]).toContain(orderIdOf(referenceOf(one), null));
        },
      ),
      { numRuns: 2000 },
    );
  });
  test("what looks like another order's reference never goes as it is", () => {
    for (const id of [UUID, "order#1", "x".repeat(100)]) expect(referenceOf(referenceOf(id))).not.toBe(referenceOf(id));
    expect(referenceOf("a b")).not.toBe(referenceOf("a-b"));
    expect(referenceOf("a b")).not.toBe(referenceOf("a#b"));
  });
  test("an id that somebody else put beside it is not believed", () => {
    expect(orderIdOf("1001", "1002")).toBe("1001");
    expect(orderIdOf(referenceOf(UUID), "1002")).toBeNull();
  });
  test("one that was sent as it was, before there was a form for it, is read as it was", () => {
    expect(orderIdOf("2026/11/1001", null)).toBe("2026/11/1001");
  });
});
