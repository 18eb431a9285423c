/** The lines of an order as the shop has them, in the words of each bank. */
import { afterEach, expect, test } from "vitest";
import { type Line, sumOf, vatOf } from "../../machines/lines.js";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { resursCheckout, resursHosted, resursSimplified } from "../../src/gateways/resurs-legacy/index.js";
import { madeUpBooking } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { legacyDouble, netsDouble, resursDouble } from "../../src/testing/index.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const opened = async <D extends { close(): Promise<void> }>(double: Promise<D>): Promise<D> => {
  const one = await double;
  closing.push(one.close);
  return one;
};

const lines: Line[] = [
  {
    sku: "TEA",
    description: "Tea, green",
    quantity: 3,
    unit: "st",
    total: 37_500,
    vat: 7500,
    vatRate: 2500,
    type: "goods",
  },
  { sku: "BOOK", description: "A book", quantity: 1, total: 10_600, vatRate: 600 },
  { sku: "HAM", quantity: 0.35, unit: "kg", total: 4999, vat: 536 },
  {
    sku: "shipping-1",
    description: "Post <to the door>",
    quantity: 1,
    total: 4900,
    vat: 980,
    vatRate: 2500,
    type: "shipping",
  },
  { sku: "VOUCHER", quantity: 1, total: -5000, type: "discount" },
];
const total = sumOf(lines);
const payment = {
  orderId: "1001",
  total,
  currency: "SEK",
  lines,
  linkLifetimeMinutes: 120,
  successUrl: "https://shop.example/thanks",
  failUrl: "https://shop.example/failed",
  callbackUrl: "https://shop.example/callback",
};

test("the VAT that is not told is what the rate makes of it", () => {
  expect(lines.map(vatOf)).toEqual([7500, 600, 536, 980, 0]);
});

test("the Merchant API", async () => {
  const bank = await opened(resursDouble({}));
  const gateway = resursMapi({ baseUrl: bank.url, clientId: "id", clientSecret: "secret" });
  const created = await gateway.createPayment(payment);
  if (created.kind !== "ok") throw new Error(created.detail);
  const sent = {
    quantityUnit: "pcs",
    description: "A book",
    reference: "BOOK",
    quantity: 1,
    vatRate: 6,
    unitAmountIncludingVat: 106,
    totalVatAmount: 6,
    totalAmountIncludingVat: 106,
  };
  const tea = { description: "Tea, green", reference: "TEA", quantityUnit: "st", quantity: 3, type: "PHYSICAL_GOODS" };
  const post = { description: "Post <to the door>", reference: "shipping-1", type: "SHIPPING" };
  expect(bank.creates.at(-1)).toMatchObject({
    order: {
      orderLines: [
        { ...tea, vatRate: 25, unitAmountIncludingVat: 125, totalVatAmount: 75, totalAmountIncludingVat: 375 },
        sent,
        {
          description: "HAM",
          quantity: 0.35,
          quantityUnit: "kg",
          vatRate: 12.01,
          totalVatAmount: 5.36,
          totalAmountIncludingVat: 49.99,
        },
        { ...post, vatRate: 25, totalVatAmount: 9.8, totalAmountIncludingVat: 49 },
        { reference: "VOUCHER", type: "DISCOUNT", vatRate: 0, totalVatAmount: 0, totalAmountIncludingVat: -50 },
      ],
    },
  });
  // A kilogram's price does not come out even, and one that multiplies to something else is not sent.
  expect(JSON.stringify((bank.creates as { order: { orderLines: object[] } }[])[0]?.order.orderLines[2])).not.toContain(
    "unitAmount",
  );
});

test("Nets Easy", async () => {
  const bank = await opened(netsDouble());
  const gateway = netsEasy({ baseUrl: bank.url, secretKey: "key" });
  expect(await gateway.createPayment(payment)).toMatchObject({ kind: "ok" });
  expect(bank.creates).toMatchObject([
    {
      order: {
        amount: total,
        items: [
          {
            reference: "TEA",
            name: "Tea, green",
            quantity: 3,
            unit: "st",
            unitPrice: 10_000,
            taxRate: 2500,
            taxAmount: 7500,
            grossTotalAmount: 37_500,
            netTotalAmount: 30_000,
          },
          {
            reference: "BOOK",
            name: "A book",
            unit: "pcs",
            unitPrice: 10_000,
            taxRate: 600,
            taxAmount: 600,
            grossTotalAmount: 10_600,
            netTotalAmount: 10_000,
          },
          {
            reference: "HAM",
            name: "HAM",
            quantity: 0.35,
            unit: "kg",
            unitPrice: 12_751,
            taxRate: 1201,
            taxAmount: 536,
            grossTotalAmount: 4999,
            netTotalAmount: 4463,
          },
          { name: "Post to the door", taxRate: 2500, taxAmount: 980, grossTotalAmount: 4900, netTotalAmount: 3920 },
          {
            reference: "VOUCHER",
            unitPrice: -5000,
            taxRate: 0,
            taxAmount: 0,
            grossTotalAmount: -5000,
            netTotalAmount: -5000,
          },
        ],
      },
    },
  ]);
});

const specLines = [
  {
    id: "1",
    artNo: "TEA",
    description: "Tea, green",
    quantity: "3",
    unitMeasure: "st",
    unitAmountWithoutVat: "100.00000",
    vatPct: "25",
    totalVatAmount: "75.00",
    totalAmount: "375.00",
  },
  {
    id: "2",
    artNo: "BOOK",
    description: "A book",
    quantity: "1",
    unitMeasure: "pcs",
    unitAmountWithoutVat: "100.00000",
    vatPct: "6",
    totalVatAmount: "6.00",
    totalAmount: "106.00",
  },
  {
    id: "3",
    artNo: "HAM",
    description: "HAM",
    quantity: "0.35",
    unitMeasure: "kg",
    unitAmountWithoutVat: "127.51429",
    vatPct: "12.01",
    totalVatAmount: "5.36",
    totalAmount: "49.99",
  },
  {
    id: "4",
    artNo: "shipping-1",
    description: "Post <to the door>",
    quantity: "1",
    unitMeasure: "pcs",
    unitAmountWithoutVat: "39.20000",
    vatPct: "25",
    totalVatAmount: "9.80",
    totalAmount: "49.00",
  },
  {
    id: "5",
    artNo: "VOUCHER",
    description: "VOUCHER",
    quantity: "1",
    unitMeasure: "pcs",
    unitAmountWithoutVat: "-50.00000",
    vatPct: "0",
    totalVatAmount: "0.00",
    totalAmount: "-50.00",
  },
];
const spec = { totalAmount: "529.99", totalVatAmount: "96.16" };

test("the older flows, and what is done with the payment later", async () => {
  const bank = await opened(legacyDouble({}));
  const own = { ...bank.addresses, userName: "shop", password: "pass:word" };
  const gateway = resursSimplified({ ...own, ...madeUpBooking });
  const created = await gateway.createPayment(payment);
  if (created.kind !== "ok") throw new Error(created.detail);
  expect(bank.bookings).toMatchObject([{ orderData: { specLines, ...spec } }]);
  const { paymentId } = created;
  expect(await gateway.capture({ paymentId, amount: total, lines, key: "o:1:0" })).toMatchObject({ kind: "ok" });
  const refund = { paymentId, amount: 10_600, lines: lines.slice(1, 2), all: false, key: "o:2:0" };
  expect(await gateway.refund(refund)).toMatchObject({ kind: "ok" });
  const [captured, refunded] = bank.contents as { partPaymentSpec: object }[];
  expect(captured?.partPaymentSpec).toEqual({ specLines, ...spec });
  expect(refunded?.partPaymentSpec).toMatchObject({ specLines: [{ id: "1", vatPct: "6", totalVatAmount: "6.00" }] });

  const hosted = resursHosted({ ...own, ...madeUpBooking });
  expect(await hosted.createPayment({ ...payment, orderId: "1002" })).toMatchObject({ kind: "ok" });
  const amounts = ["quantity", "unitAmountWithoutVat", "vatPct", "totalVatAmount", "totalAmount"];
  const orderLines = specLines.map(({ id: _, ...line }) =>
    Object.fromEntries(
      Object.entries(line).map(([name, text]) => [name, amounts.includes(name) ? Number(text) : text]),
    ),
  );
  expect(bank.creates).toMatchObject([{ orderData: { orderLines, totalAmount: 529.99, totalVatAmount: 96.16 } }]);
});

test.each<[number, string, string]>([
  [1e-7, "0.0000001", "4000000000.00000"],
  [2.5e-8, "0.000000025", "16000000000.00000"],
  [1.5e21, "1500000000000000000000", "0.00000"],
  [5e-324, `0.${"0".repeat(323)}5`, ""],
  [3, "3", "133.33333"],
])("the older flows' numbers are written out, as their schema has them: %d of it", async (quantity, said, each) => {
  const bank = await opened(legacyDouble({}));
  const own = { ...bank.addresses, userName: "shop", password: "pass:word" };
  const gateway = resursSimplified({ ...own, ...madeUpBooking });
  const created = await gateway.createPayment({
    ...payment,
    lines: [{ sku: "DUST", quantity, total: 40_000 }],
    total: 40_000,
  });
  expect(created).toMatchObject({ kind: "ok" });
  const [booking] = bank.bookings as { orderData: { specLines: Record<string, string>[] } }[];
  const [line] = booking?.orderData.specLines ?? [];
  expect(line).toMatchObject({ quantity: said, totalAmount: "400.00" });
  expect(line?.unitAmountWithoutVat).toMatch(/^\d+\.\d{5}$/);
  if (each !== "") expect(line?.unitAmountWithoutVat).toBe(each);
});

test("Nets has a largest unit price: a line beyond it goes as one piece", async () => {
  const bank = await opened(netsDouble({}));
  const gateway = netsEasy({ baseUrl: bank.url, secretKey: "secret" });
  const tiny: Line = { sku: "DUST", description: "Dust", quantity: 1e-7, total: 40_000, vatRate: 2500 };
  const least: Line = { sku: "REST", quantity: 0.0001, total: 40_000 };
  expect(await gateway.createPayment({ ...payment, lines: [tiny, least], total: 80_000 })).toMatchObject({
    kind: "ok",
  });
  expect(bank.creates).toMatchObject([
    {
      order: {
        items: [
          { name: "1e-7 x Dust", quantity: 1, unitPrice: 32_000, grossTotalAmount: 40_000, taxAmount: 8000 },
          { name: "REST", quantity: 0.0001, unitPrice: 400_000_000 },
        ],
      },
    },
  ]);
});

test("Resurs Checkout multiplies, so a line that this would change goes as one piece", async () => {
  const bank = await opened(legacyDouble({}));
  const rco = resursCheckout({ ...bank.addresses, userName: "shop", password: "pass:word" });
  const odd: Line = { sku: "NAIL", quantity: 20_000, total: 40_000, vatRate: 600 };
  const checkout = { ...payment, preferredId: "r-1", lines: [...lines, odd], total: total + 40_000 };
  expect(await rco.openCheckout(checkout)).toMatchObject({ kind: "ok" });
  expect(bank.creates).toMatchObject([
    {
      orderLines: [
        { artNo: "TEA", quantity: 3, unitMeasure: "st", unitAmountWithoutVat: 100, vatPct: 25, type: "ORDER_LINE" },
        { artNo: "BOOK", quantity: 1, unitAmountWithoutVat: 100, vatPct: 6 },
        { artNo: "HAM", description: "0.35 x HAM", quantity: 1, unitAmountWithoutVat: 44.62994, vatPct: 12.01 },
        { artNo: "shipping-1", unitAmountWithoutVat: 39.2, vatPct: 25, type: "SHIPPING_FEE" },
        { artNo: "VOUCHER", unitAmountWithoutVat: -50, vatPct: 0, type: "DISCOUNT" },
        { artNo: "NAIL", description: "20000 x NAIL", quantity: 1, unitAmountWithoutVat: 377.35849, vatPct: 6 },
      ],
    },
  ]);
  bank.customerSigns("r-1");
  expect(bank.books("r-1")).toMatchObject({ total: 929.99 });
});
