/** Jest runs tests in a realm of its own: what Node makes outside of it is of another Error, Object and Array. */
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { asking } from "../../src/http-client/exchange.js";
import { systemClock } from "../../src/ports/clock.js";
import { isError, thrownText } from "../../src/ports/thrown.js";
import { inOurWords } from "../../src/stores/postgres/errors.js";
import { codeOf } from "../../src/stores/sqlite/codes.js";
import { assert } from "../../src/testing/contracts/assert.js";

const foreign = (code: string): unknown => runInNewContext(code);
const refused = 'Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" })';

test("an error of another realm is one, with its message", () => {
  expect(foreign("new Error()") instanceof Error).toBe(false);
  for (const code of ['new Error("no")', 'new TypeError("no")', 'new (class Bad extends Error {})("no")']) {
    expect([isError(foreign(code)), thrownText(foreign(code))]).toEqual([true, "no"]);
  }
  expect(isError(new DOMException("too late", "TimeoutError"))).toBe(true);
  for (const value of ["no", null, undefined, 7, { message: "no" }, foreign('({ message: "no" })')]) {
    expect(isError(value)).toBe(false);
  }
});

test("a bank that nobody reached was not asked, whatever realm says so", async () => {
  const fetch = async () => {
    throw foreign(`new TypeError("fetch failed", { cause: ${refused} })`);
  };
  const ask = asking({ baseUrl: "https://bank.example", clock: systemClock(), timeoutMs: 1000, fetch });
  expect(await ask("payments", {})).toMatchObject({ kind: "not-sent" });
});

test("the codes of databases are read in any realm", () => {
  expect(codeOf(foreign(refused))).toBe("ECONNREFUSED");
  expect(inOurWords(foreign(refused), "orders")).toMatchObject({ code: "busy" });
  expect(inOurWords(foreign(`new AggregateError([${refused}])`), "orders")).toMatchObject({ code: "busy" });
});

test("a contract compares what is in lists and objects, and not whose they are", () => {
  const value = foreign("({ list: [1, { a: null }], bytes: undefined })");
  assert.deepEqual(value, { list: [1, { a: null }], bytes: undefined });
  for (const other of [
    { list: [1, { a: null }] },
    { list: [1, { a: undefined }], bytes: undefined },
    { list: { 0: 1, 1: { a: null } }, bytes: undefined },
    { list: [1, { a: null }, 2], bytes: undefined },
  ]) {
    expect(() => assert.deepEqual(value, other)).toThrow();
  }
  expect(() => assert.deepEqual(foreign("[-0]"), [0])).toThrow();
  expect(() => assert.deepEqual(new Date(1), {})).toThrow();
  expect(() => assert(false, "a message")).toThrow("a message");
});
