/** An amount is typed and printed with the digits of its order's currency: yen have none, dinars three. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Reading } from "../../machines/facts.js";
import { httpApp } from "../../src/http/app.js";
import { listen, type Served } from "../../src/http/serve.js";
import { inspector } from "../../src/inspector/inspector.js";
import type { Gateway } from "../../src/ports/gateway.js";
import { reading } from "../../src/testing/decision/samples.js";
import { gatewayNamed, Place } from "../engine/place.js";
import { cli } from "./run.js";

/** A bank that sells in every currency, and has captured what it was asked for. */
const anyBank = (place: Place): Gateway => {
  const refunded = new Map<string, number>();
  const read = (paymentId: string): Reading => {
    const [currency = "", total = "0"] = paymentId.split("-");
    const back = refunded.get(paymentId) ?? 0;
    const says = { total: Number(total), authorized: 0, captured: Number(total), refunded: back };
    return reading({ ...says, paymentId, currency, offers: ["REFUND", "PARTIAL_REFUND"] });
  };
  return {
    ...gatewayNamed("any-bank", place.bank.url, place.clock),
    currencies: undefined,
    readPayment: async (paymentId) => ({ kind: "ok", reading: read(paymentId) }),
    refund: async ({ paymentId, amount }) => {
      refunded.set(paymentId, (refunded.get(paymentId) ?? 0) + amount);
      return { kind: "ok", reading: read(paymentId) };
    },
  };
};

let place: Place;
let served: Served;
let folder: string;
beforeAll(async () => {
  place = await Place.made();
  await place.engine.stop();
  place.engine = await place.start({ gateways: [anyBank(place)] });
  served = await listen(httpApp({ engine: place.engine, apiToken: null }).fetch);
  folder = await mkdtemp(join(tmpdir(), "currencies-"));
  for (const currency of ["SEK", "JPY", "KWD"]) {
    const is = { currency, gateway: "any-bank", total: 1_234_567, status: "completed" } as const;
    await place.order(currency, { ...is, paymentId: `${currency}-1234567` });
    await place.tell(currency, { type: "reconcile.asked" });
  }
}, 120_000);
afterAll(async () => {
  await served?.close();
  await place?.end();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => cli([...args, "--url", served.url]);
const applied = async (text: string) => {
  const file = join(folder, "erp.csv");
  await writeFile(file, text);
  await run("apply", file);
  const rows = parse(await readFile(join(folder, "erp.result.csv"), "utf8"), { columns: true });
  return (rows as Record<string, string>[]).map(({ outcome, says }) => `${outcome}: ${says}`);
};

describe.each([
  ["SEK", "12,345.67", "15.00", "12.345"],
  ["JPY", "1,234,567", "1500", "12.34"],
  ["KWD", "1,234.567", "1.500", "12,345"],
])("%s", (currency, all, part, unclear) => {
  test("a refund of a part is what was typed, and is told so", async () => {
    expect((await run("can", currency, "refund", part)).out).toContain(
      `This refunds ${part.replace("1500", "1,500")} `,
    );
    const { out } = await run("send", currency, "refund", part);
    expect(out).toBe(`Refunded ${part.replace("1500", "1,500")} ${currency}. Order is still Completed.\n`);
    expect((await place.engine.queries.read(currency))?.facts.payment.refunded).toBe(1500);
    const notes = place.woo.order(currency).notes.map(({ text }) => text);
    expect(notes.join("\n")).toContain(` ${part} ${currency}`);
  });

  test("an amount that could be two is none", async () => {
    const { code, err } = await run("send", currency, "refund", unclear);
    expect([code, err]).toEqual([2, expect.stringContaining(`"${unclear}" is not a valid amount; use 50`)]);
  });

  test("a file's amount is in the order's currency, and a part names the command", async () => {
    const rows = await applied(
      `order_id;status;amount\n${currency};refunded;${part}\n${currency};refunded;${unclear}\n`,
    );
    expect(rows[0]).toContain(`order-status send ${currency} refund ${part}`);
    expect(rows[1]).toContain(`error: "${unclear}" is not a clear amount`);
  });

  test("why and show, the inspector's pages", async () => {
    expect((await run("why", currency)).out).toContain(`has captured ${all} ${currency}`);
    expect((await run("show", currency)).out).toContain(`total    ${all} ${currency}`);
    const pages = inspector({ engine: place.engine, base: "/inspector" });
    const served2 = await listen(pages.fetch);
    try {
      const page = await (await fetch(`${served2.url}/inspector/orders/${currency}`)).text();
      expect(page).toContain(`<strong>${all} ${currency}</strong>`);
      expect(page).toContain(`${part.replace("1500", "1,500")} ${currency}`);
    } finally {
      await served2.close();
    }
  });
});

test("of an order that is not there no currency is asked for", async () => {
  expect(await run("send", "nobody", "refund", "10")).toMatchObject({ code: 3 });
  expect(await applied("order_id;status;amount\nnobody;refunded;10\n")).toEqual(["error: there is no order nobody"]);
});
