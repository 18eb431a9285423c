/** A Vendure order as the engine is told it: what is left to be paid through a bank, line by line. */
import type { NewOrder } from "../../../machines/events.js";
import { type Line, sumOf } from "../../../machines/lines.js";
import { quoted } from "../../../machines/text.js";
import { minorDigits } from "../../core/money.js";
import type { VendureOrder, VendurePayment } from "./core.js";

/** Vendure writes every currency with the same number of digits after the point, ISO 4217 does not. */
export interface Scale {
  /** Minor units of ISO 4217. */
  toMinor(value: number): number;
  toVendure(minor: number): number;
}

/** @param precision of Vendure's money strategy */
export const scaleOf = (currency: string, precision: number): Scale => {
  const factor = 10 ** (minorDigits(currency) - precision);
  return { toMinor: (value) => Math.round(value * factor), toVendure: (minor) => Math.round(minor / factor) };
};

const COUNTS_NOT = new Set(["Error", "Declined", "Cancelled"]);

const given = ({ refunds }: VendurePayment, states: string[]): number =>
  refunds.filter(({ state }) => states.includes(state)).reduce((sum, { total }) => sum + total, 0);

/** What the shop has taken back of a payment, in Vendure's units: refunds that are done or under way. */
export const refundedIn = (payment: VendurePayment): number => given(payment, ["Settled", "Pending"]);

const text = (said: string, most: number, otherwise: string): string => quoted(said, most).trim() || otherwise;

const linesIn = ({ lines, surcharges, shippingLines }: VendureOrder, { toMinor }: Scale): Line[] => {
  const part = (total: number, net: number, taxRate: number) => ({
    total: toMinor(total),
    vat: toMinor(total) - toMinor(net),
    vatRate: Math.min(10_000, Math.max(0, Math.round(taxRate * 100))),
  });
  return [
    ...lines
      .filter(({ quantity }) => quantity > 0)
      .map(({ productVariant: { sku, name }, quantity, ...line }) => ({
        sku: text(sku, 100, "item"),
        description: text(name, 200, sku),
        quantity,
        ...part(line.proratedLinePriceWithTax, line.proratedLinePrice, line.taxRate),
      })),
    ...surcharges.map(({ sku, description, price, priceWithTax, taxRate }) => ({
      sku: text(sku, 100, "surcharge"),
      description: text(description, 200, "Surcharge"),
      quantity: 1,
      ...part(priceWithTax, price, taxRate),
      type: priceWithTax < 0 ? ("discount" as const) : ("fee" as const),
    })),
    ...shippingLines.map(({ discountedPrice, discountedPriceWithTax, taxRate, shippingMethod }) => ({
      sku: "shipping",
      description: text(shippingMethod?.translations[0]?.name ?? "", 200, "Shipping"),
      quantity: 1,
      ...part(discountedPriceWithTax, discountedPrice, taxRate),
      type: "shipping" as const,
    })),
  ];
};

/** What the bank is to have the order for. @param others payments that no bank of the engine has */
export const cartOf = (
  order: VendureOrder,
  others: VendurePayment[],
  scale: Scale,
): { total: number; currency: string; lines: Line[] } => {
  const paid = others
    .filter(({ state }) => !COUNTS_NOT.has(state))
    .reduce((sum, payment) => sum + payment.amount - given(payment, ["Settled"]), 0);
  const total = Math.max(0, scale.toMinor(order.totalWithTax - paid));
  const lines = linesIn(order, scale);
  // Rounding, and what was paid otherwise.
  const difference = total - sumOf(lines);
  if (difference !== 0 && lines.length > 0) {
    const type = difference < 0 ? ("discount" as const) : ("fee" as const);
    lines.push({ sku: "difference", quantity: 1, total: difference, type });
  }
  return { total, currency: order.currencyCode, lines };
};

export const placing = (cart: ReturnType<typeof cartOf>, gateway: string): NewOrder => ({ ...cart, gateway });
