/** A row of `apply`'s result file is what csv-stringify makes of it, and reads back. */
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ApplyLine, headLine, lineOf } from "../../src/cli/lib/apply-result.js";

const HEAD = ["line", "order_id", "wanted", "outcome", "status", "reason", "says"] as const;

test("the head", () => expect(headLine).toBe(stringify([[...HEAD]])));

test("every text", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom('"', ",", "\n", "\r", " ", "a", "ö", ";", "\t")).map((parts) => `x${parts.join("")}`),
  );
  // What looks like a formula or begins with an apostrophe gets an apostrophe, which is another test's.
  const plain = text.filter((one) => !/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20']|^[\t\r]/.test(one));
  fc.assert(
    fc.property(fc.nat(), plain, plain, (line, says, reason) => {
      const result: ApplyLine = { line, order_id: "1", wanted: "completed", outcome: "done", status: "", reason, says };
      const written = lineOf(result);
      expect(written).toBe(stringify([HEAD.map((name) => result[name])]));
      expect(parse(written)).toEqual([HEAD.map((name) => String(result[name]))]);
    }),
  );
});
