/** What a customer and the merchant do to orders in a Vendure server, as steps of the tests. */
import { expect } from "vitest";
import { until } from "../../engine/place.js";
import type { Place } from "./place.js";
import { type Order, officeOf, type Storefront, storefrontOf } from "./shop.js";

/** @param place once the server has started */
export const actsAt = (place: () => Place) => {
  const bank = () => place().bank;
  /** A cart in ArrangingPayment. */
  const cart = async (...variants: string[]): Promise<{ shop: Storefront; code: string }> => {
    const shop = storefrontOf(place().storefront());
    for (const variant of variants) await shop.add(variant);
    await shop.address();
    const { code = "", state } = await shop.to("ArrangingPayment");
    expect(state).toBe("ArrangingPayment");
    return { shop, code };
  };
  const begin = async (shop: Storefront): Promise<string> => {
    const { paymentId = "", message } = await shop.pay();
    expect(message).toBeUndefined();
    return paymentId;
  };
  /** The customer pays, and his browser follows the bank. */
  const paysAt = async (paymentId: string): Promise<Response> => {
    const { redirectUrl } = bank().customerSigns(paymentId);
    return fetch(redirectUrl ?? "", { redirect: "manual" });
  };
  const orderWith = async (code: string, says: (order: Order) => boolean, what: string): Promise<Order> => {
    const office = officeOf(place().admin);
    let order = await office.order(code);
    await until(
      async () => {
        order = await office.order(code);
        return says(order);
      },
      `${what} of ${code}: ${JSON.stringify(order)}`,
    );
    return order;
  };
  const authorised = async (...variants: string[]) => {
    const { shop, code } = await cart(...variants);
    const paymentId = await begin(shop);
    const back = await paysAt(paymentId);
    if (back.status !== 303) throw new Error(`${back.status} ${await back.text()}\n${place().said()}`);
    expect(back.headers.get("location")).toBe(`/checkout/confirmation/${code}`);
    const order = await orderWith(code, ({ state }) => state === "PaymentAuthorized", "the authorisation");
    return { shop, code, paymentId, order, row: order.payments[0]?.id ?? "" };
  };
  return { bank, cart, begin, paysAt, orderWith, authorised };
};
