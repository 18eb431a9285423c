/** The payment methods of a store at Resurs, as a checkout offers them. */
import type { BankStore, PaymentMethod } from "../../ports/gateway.js";
import { Methods, Stores } from "./schema.js";

const minorUnits = (major: number | null | undefined): number | null =>
  major == null ? null : Math.round(major * 100);

/**
 * @param stores what the bank lists of stores, for the country; a customer of another one cannot pay at this store
 * @param only the one method that is offered; left out: all
 * @returns null where the answer is no list of methods
 */
export const methodsIn = (body: unknown, stores: unknown, storeId: string, only?: string): PaymentMethod[] | null => {
  const listed = Methods.safeParse(body).data?.content;
  if (listed === undefined) return null;
  const country = Stores.safeParse(stores).data?.content.find((one) => one.id === storeId)?.countryCode ?? null;
  return listed
    .filter(({ id }) => only === undefined || id === only)
    .map(({ id, name, description, minPurchaseLimit, maxPurchaseLimit }) => ({
      id,
      title: name ?? description ?? id,
      min: minorUnits(minPurchaseLimit),
      max: minorUnits(maxPurchaseLimit),
      countries: country === null ? null : [country],
    }));
};

/** @returns null where the answer is no list of stores */
export const storesIn = (body: unknown): BankStore[] | null =>
  Stores.safeParse(body).data?.content.map(({ id, name }) => ({ id, name: name ?? id })) ?? null;
