/** Bytes made wrong: a good input of the corpus, changed in a few places by chance. */
import type { Chance } from "../../src/testing/simulator/chance.js";

/** What parsers have stumbled over before, and the words of the field. */
const DICTIONARY = [
  "null",
  "true",
  "false",
  "-1",
  "0",
  "-0",
  "1e999",
  "1e-999",
  "9007199254740993",
  "0.1",
  "1.005",
  "NaN",
  "Infinity",
  '""',
  "{}",
  "[]",
  "[[[[[[[[",
  "{{",
  '{"__proto__":{"x":1}}',
  '"__proto__"',
  '"constructor"',
  "\\u0000",
  "\\ud800",
  "\u0000",
  "\uFEFF",
  "\u2028",
  "\r\n",
  "\n",
  "\t",
  "%00",
  "%2e%2e%2f",
  "%",
  "%zz",
  "&",
  "=",
  "?",
  "#",
  "..",
  "//",
  ";",
  '"',
  "'",
  "`",
  ",",
  ":",
  "<!DOCTYPE x>",
  "<!ENTITY",
  "<![CDATA[",
  "&#x0;",
  "&#1114112;",
  "&lt;",
  "</",
  "/>",
  "<?xml",
  "ACCEPTED",
  "FROZEN",
  "REJECTED",
  "CAPTURE",
  "pending",
  "processing",
  "completed",
  "cancelled",
  "refunded",
  "wc-completed",
  "merchant.refunded",
  "merchant.editedLines",
  "payment.created",
  "callback.received",
  "timer.fired",
  "order.placed",
  "capture.confirmed",
  "9".repeat(400),
  "a".repeat(5000),
  "[".repeat(3000),
  '{"a":'.repeat(40),
  "\u{1F600}",
  "\uD83D",
].map((word) => Buffer.from(word, "utf8"));

const cut = (bytes: Uint8Array, from: number, to: number): Uint8Array => bytes.subarray(from, to);
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const LONGEST = 40_000;

const once = (bytes: Uint8Array, corpus: readonly Uint8Array[], chance: Chance): Uint8Array => {
  const at = chance.between(0, bytes.length);
  const end = Math.min(bytes.length, at + chance.between(1, 24));
  const [before, there, after] = [cut(bytes, 0, at), cut(bytes, at, end), cut(bytes, end, bytes.length)];
  switch (chance.between(0, 8)) {
    case 0: {
      const flipped = new Uint8Array(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] as number) ^ (1 << chance.between(0, 7));
      return flipped;
    }
    case 1:
      return joined(before, Uint8Array.of(chance.between(0, 255)), cut(bytes, at, bytes.length));
    case 2:
      return joined(before, after);
    case 3:
      return joined(before, there, there, after);
    case 4:
      return joined(before, chance.one(DICTIONARY), after);
    case 5:
      return joined(before, chance.one(DICTIONARY), cut(bytes, at, bytes.length));
    case 6: {
      const other = chance.one(corpus);
      return joined(before, cut(other, chance.between(0, other.length), other.length));
    }
    case 7: {
      const other = chance.one(corpus);
      const from = chance.between(0, other.length);
      return joined(before, cut(other, from, from + chance.between(1, 40)), cut(bytes, at, bytes.length));
    }
    default:
      return before;
  }
};

export const mutated = (corpus: readonly Uint8Array[], chance: Chance): Uint8Array => {
  let bytes = chance.one(corpus);
  // Now and then it is left as it is: good inputs must stay good.
  for (let times = chance.between(0, 4); times > 0; times -= 1) bytes = once(bytes, corpus, chance);
  return bytes.subarray(0, LONGEST);
};
