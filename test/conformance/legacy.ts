/** Whole lives at the older flows, every message of which is written down. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Line, sumOf } from "../../machines/lines.js";
import { resursSimplified } from "../../src/gateways/resurs-legacy/index.js";
import { madeUpBooking } from "../../src/testing/doubles/resurs-legacy/customer.js";
import type { LegacyDouble } from "../../src/testing/index.js";

const lines: Line[] = [
  { sku: "A & B", quantity: 2, total: 60_000, description: "Tea <green>", vat: 12_000, vatRate: 2500 },
  { sku: "HAM", quantity: 0.35, unit: "kg", total: 4999, vatRate: 1200 },
  { sku: "shipping-1", quantity: 1, total: 36_001, vatRate: 600, type: "shipping" },
  { sku: "VOUCHER", quantity: 1, total: -1000, type: "discount" },
];
const total = sumOf(lines);
const STATES = ["BOOKED", "SIGNING", "FROZEN", "FINALIZED", "DENIED"] as const;
const ORDER_IDS = ["1001", "order#1", "0f8fad5b-d9cb-469f-a165-70867728950e", "1004", "1005"];

/** As `<n>.<shop or after>.<req or res>.xml` in the folder. */
export const recordLegacy = async (bank: LegacyDouble, folder: string): Promise<void> => {
  let n = 0;
  const recording: typeof fetch = async (url, init) => {
    const response = await fetch(url, init);
    const text = await response.text();
    n += 1;
    const name = `${String(n).padStart(3, "0")}.${String(url).includes("Simplified") ? "shop" : "after"}`;
    await writeFile(join(folder, `${name}.req.xml`), String(init?.body));
    await writeFile(join(folder, `${name}.res.xml`), text);
    return new Response(text, { status: response.status, headers: response.headers });
  };
  const keys = { userName: "shop", password: "secret", fetch: recording };
  const gateway = resursSimplified({ ...bank.addresses, ...madeUpBooking, ...keys });
  for (const [i, status] of STATES.entries()) {
    bank.nextBooking({ status });
    const orderId = ORDER_IDS[i] ?? "";
    const created = await gateway.createPayment({
      orderId,
      total,
      currency: "SEK",
      lines,
      linkLifetimeMinutes: 120,
      successUrl: "https://shop.example/s?a=b&c=d",
      failUrl: "https://shop.example/f",
      callbackUrl: "https://shop.example/c",
      preferredId: null,
    });
    if (created.kind !== "ok") continue;
    const { paymentId } = created;
    if (status === "SIGNING") {
      bank.customerSigns(paymentId);
      await gateway.bookSignedPayment?.({ paymentId });
    }
    await gateway.readPayment(paymentId);
    if (status === "FINALIZED" || status === "FROZEN") continue;
    const refund = { paymentId, amount: 4999, lines: lines.slice(1, 2), all: false, key: `${orderId}:5:0` };
    if (i === 0) {
      await gateway.capture({ paymentId, amount: total, lines, key: `${orderId}:4:0` });
      await gateway.refund(refund);
      continue;
    }
    await gateway.capture({ paymentId, amount: 40_000, key: `${orderId}:4:0` });
    await gateway.refund(refund);
    await gateway.cancel({ paymentId, amount: total - 40_000, key: `${orderId}:6:0` });
  }
  await gateway.readPayment("none");
};
