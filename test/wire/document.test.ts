/** docs/wire says what is said and read now. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { rowsOf } from "../../src/testing/doubles/wire/fields.js";
import { root } from "../root.js";
import { apis } from "./apis.js";
import { unpublished, wireDocuments } from "./document.js";

let pages: Record<string, string> = {};
beforeAll(async () => {
  pages = await wireDocuments();
});

describe.each(apis)("$title", (api) => {
  test("its page is up to date", () => {
    const name = `wire/${api.page}.md`;
    expect(readFileSync(new URL(`docs/${name}`, root), "utf8") === pages[name], "npm run docs").toBe(true);
  });
  test("every row has a source that the page explains", () => {
    const rows = api.operations.flatMap(({ request, answer, source }) => [
      ...rowsOf(request ?? [], source),
      ...rowsOf(answer ?? [], source),
    ]);
    const explained = pages[`wire/${api.page}.md`]?.match(/^- \*\*[SN]\d\*\*/gm)?.map((line) => line.slice(4, 6)) ?? [];
    const odd = rows.filter(({ source }) => !explained.some((code) => new RegExp(`^${code}\\b`).test(source)));
    expect(odd.map(({ path, source }) => `${path}: ${source}`)).toEqual([]);
  });
});

test("what is read and published nowhere is known by name", () => {
  expect(apis.flatMap((api) => [...new Set(unpublished(api))].map((one) => `${api.page} ${one}`))).toEqual([
    "merchant-api getPayment: order.currency",
    "merchant-api getPaymentMethods: content.description",
    "older-flows hosted: url",
  ]);
});
