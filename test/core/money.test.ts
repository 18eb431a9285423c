/** Yen have no hundredths, and dinars have thousandths: whatever names an amount writes it as its currency is written. */
import { describe, expect, test } from "vitest";
import { decimal, minorDigits, toMajor, toMinor } from "../../src/core/money.js";
import { previewSaid, resultSaid } from "../../src/core/why/result.js";
import { money } from "../../src/core/why/words.js";
import { linesOf, why } from "../../src/core/why.js";
import { wordsIn } from "../../src/inspector/words/words.js";
import { Life } from "../../src/testing/decision/life.js";
import { anOrder, reading } from "../../src/testing/decision/samples.js";

/** What a payment of 1234567 minor units is in words. */
const currencies = [
  ["SEK", "12345.67", "12,345.67", "12\u00a0345,67"],
  ["JPY", "1234567", "1,234,567", "1\u00a0234\u00a0567"],
  ["KWD", "1234.567", "1,234.567", "1\u00a0234,567"],
  ["CLF", "123.4567", "123.4567", "123,4567"],
] as const;
const MINOR = 1_234_567;

test.each([
  ["SEK", 2],
  ["eur", 2],
  ["HUF", 2],
  ["JPY", 0],
  ["isk", 0],
  ["KWD", 3],
  ["IQD", 3],
  ["CLF", 4],
  ["XXX", 2],
  ["", 2],
])("%j has %d digits", (currency, digits) => expect(minorDigits(currency)).toBe(digits));

describe.each(currencies)("%s", (currency, plain, english, swedish) => {
  test("an amount, there and back", () => {
    expect(decimal(MINOR, currency)).toBe(plain);
    expect(toMinor(Number(plain), currency)).toBe(MINOR);
    expect(toMinor(toMajor(MINOR, currency), currency)).toBe(MINOR);
    expect(decimal(-MINOR, currency)).toBe(`-${plain}`);
    expect(decimal(0, currency)).toBe((0).toFixed(minorDigits(currency)));
  });

  test("in the sentences of `why`, and on the inspector's pages", () => {
    expect(money(MINOR, currency, "en")).toBe(`${english} ${currency}`);
    expect(money(MINOR, currency, "sv")).toBe(`${swedish} ${currency}`);
    expect(money(-MINOR, currency, "en")).toBe(`-${english} ${currency}`);
    expect(wordsIn("en").money(MINOR, currency)).toBe(`${english} ${currency}`);
    expect(wordsIn("sv").money(MINOR, currency)).toBe(`${swedish} ${currency}`);
  });

  const captured = reading({ total: MINOR, authorized: 0, captured: MINOR, currency, offers: ["REFUND"] });
  const lived = () => {
    const life = new Life(anOrder({ total: MINOR, currency, status: "completed" }));
    life.settle({ type: "reconcile.asked" }, captured);
    return life;
  };

  test("the note of a refund of a part", () => {
    const life = lived();
    const part = { ...captured, offers: ["REFUND" as const, "PARTIAL_REFUND" as const] };
    life.settle({ type: "merchant.refundedAmount", amount: 1500 }, part);
    life.bankAnswers({ is: "confirmed", reading: { ...part, refunded: 1500 } });
    const notes = life.effects.flatMap(({ effect }) => (effect.type === "addOrderNote" ? [effect.note] : []));
    expect(notes.join("\n")).toContain(` ${decimal(1500, currency)} ${currency}`);
    expect(why(life.record, life.history, []).answer.en).toContain(`refunded ${money(1500, currency, "en")}`);
  });

  test("`why`, in both languages", () => {
    const { record, history } = lived();
    const told = why(record, history, []);
    expect(linesOf(told).join("\n")).toContain(`captured ${english} ${currency}`);
    expect(linesOf(told, "sv").join("\n")).toContain(`${swedish} ${currency}`);
  });

  test("what became of an event, and what would", () => {
    const moved = { what: "refunded", amount: MINOR } as const;
    expect(resultSaid({ from: "completed", to: "completed" }, { money: moved, currency }).en).toContain(
      `Refunded ${english} ${currency}.`,
    );
    const effect = { type: "refundPayment", paymentId: "p", amount: MINOR, key: "k" } as never;
    expect(previewSaid({ from: "completed", to: null }, [effect], currency).sv).toContain(`${swedish} ${currency}`);
  });
});
