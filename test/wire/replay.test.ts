/** What other people's clients once asked is asked again, and the doubles answer it as they did. */
import { afterEach, describe, expect, test } from "vitest";
import { type Bank, banks } from "./banks.js";
import { clients, elementIn, kept, type Step, stepsOf, TOKEN } from "./exchange.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Differ each time: ids of the bank's, moments, tokens. */
const ID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Which of the ids of then is which of now. */
const matched = (then: unknown, now: unknown, ids: Map<string, string>): void => {
  if (typeof then === "string" && typeof now === "string" && ID.test(then) && ID.test(now)) ids.set(then, now);
  if (typeof then !== "object" || typeof now !== "object" || then === null || now === null) return;
  for (const [key, value] of Object.entries(then)) matched(value, (now as Record<string, unknown>)[key], ids);
};

/** With whatever differs each time under one name. */
const plain = (value: unknown): unknown => {
  if (typeof value === "string") {
    if (MOMENT.test(value)) return "a moment";
    return value.replace(new RegExp(ID.source.slice(1, -1), "gi"), "an id");
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
};

/** As it can be compared: what a SOAP answer holds, or the JSON. */
const content = (answer: unknown): unknown => elementIn(answer) ?? answer;

const translated = (text: string, ids: Map<string, string>): string =>
  [...ids].reduce((said, [then, now]) => said.replaceAll(then, now), text);

const asked = async (bank: Bank, { asks, body }: Step, ids: Map<string, string>) => {
  const [method = "GET", path = "/"] = asks.startsWith("SOAP ")
    ? ["POST", `/ws/V4/${asks.split(" ")[1]}`]
    : translated(asks, ids).split(" ");
  const text = body === null ? "" : translated(typeof body === "string" ? body : JSON.stringify(body), ids);
  const headers = { "content-type": "application/json", ...bank.headers };
  const answer = await fetch(`${bank.url}${path}`, { method, headers, ...(method === "GET" ? {} : { body: text }) });
  return { status: answer.status, answer: kept(await answer.text(), bank.url) };
};

const names = {
  ecom: "Resurs's PHP client",
  nexi: "Nexi's PHP SDK",
  plugin: "Nets's plugin for WooCommerce",
  soap: "PHP's SoapClient with the bank's WSDL",
};
/** How many cases it has at least. */
const MANY = { ecom: 24, nexi: 25, plugin: 60, soap: 7 };

describe.each(clients)("%s", (client) => {
  const all = stepsOf(client);
  const cases = [...new Set(all.map((step) => step.case))].filter((name) => name !== "a test callback");
  test(`${names[client]} was heard in all its cases`, () => {
    expect(cases.length).toBeGreaterThanOrEqual(MANY[client]);
  });
  test.each(cases)("%s", async (name) => {
    const bank = await banks[client]();
    closing.push(bank.close);
    const ids = new Map<string, string>();
    for (const step of all.filter((one) => one.case === name)) {
      const [, hand, id] = /^HAND (\S+) ?(.*)$/.exec(step.asks) ?? [];
      if (hand !== undefined) bank.hands[hand]?.(translated(id ?? "", ids));
      // What came to the shop by itself is not asked for.
      if (step.status === null) continue;
      const now = await asked(bank, step, ids);
      matched(content(step.answer), content(now.answer), ids);
      expect(now.status, step.asks).toBe(step.status);
      const [due, is] = [plain(content(step.answer)), plain(content(now.answer))];
      // It may say more than it did.
      if (typeof due === "object" && due !== null && step.asks !== TOKEN) expect(is, step.asks).toMatchObject(due);
    }
  });
});
