/** What the Merchant API answers beside one payment's amounts: search, metadata, its log, stores, methods, addresses. */
import { z } from "zod";
import { type accountsOf, answered, type ResursAccount, STORE_ID } from "./accounts.js";
import type { Aside, HttpAnswer, HttpCall, HttpOperation } from "./http.js";

const Search = z.looseObject({
  storeId: z.string().nullish(),
  orderReference: z.string().nullish(),
  governmentId: z.string().nullish(),
});
const Store = { id: STORE_ID, nationalStoreId: 1, countryCode: "SE", name: "Test store" };
const Method = {
  id: "7d63eb50-94b4-4238-8c0d-22d095bfe46b",
  name: "Invoice",
  type: "RESURS_INVOICE",
  minPurchaseLimit: 1,
  maxPurchaseLimit: 100_000,
  minApplicationLimit: 1,
  maxApplicationLimit: 100_000,
  legalLinks: [],
  enabledForLegalCustomer: true,
  enabledForNaturalCustomer: true,
  priceSignagePossible: false,
};
const Address = {
  fullName: "Testa Testsson",
  firstName: "Testa",
  lastName: "Testsson",
  addressRow1: "Testgatan 1",
  postalArea: "Teststad",
  postalCode: "12345",
  countryCode: "SE",
};

/** Why nothing is sold so at the store; null = it is. */
export const unsoldAt = ({
  storeId,
  paymentMethodId,
}: {
  storeId: unknown;
  paymentMethodId: unknown;
}): string | null => {
  if (storeId !== Store.id) return "storeId: the key has no such store";
  return paymentMethodId === Method.id ? null : "paymentMethodId: the store has no such payment method";
};

const another = (index: number) => ({
  id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
  nationalStoreId: index + 2,
  countryCode: "SE",
  name: `Other store ${index + 1}`,
});

/** The documents ask for 2000, and the bank's own client for all. That it is 20 otherwise, is an assumption. */
const USUAL_SIZE = 20;
const MOST = 2000;

const pageOf = (all: object[], { query }: HttpCall): object => {
  const [size, number] = [Number(query.get("size") ?? USUAL_SIZE), Number(query.get("page") ?? 0)];
  const held = Math.max(1, Math.min(MOST, size));
  const page = { number, size: held, totalElements: all.length, totalPages: Math.ceil(all.length / held) };
  return { content: all.slice(number * held, (number + 1) * held), page };
};

const operations: Aside[] = [
  "search",
  "putMetadata",
  "getAction",
  "getStores",
  "getPaymentMethods",
  "testCallback",
  "getAddress",
];
export const isAside = (operation: HttpOperation | "sign"): operation is Aside =>
  (operations as string[]).includes(operation);

const LONGEST_TRY_MS = 10_000;

/** Whether a callback would come through to the shop's address. */
const tried = async ({ json }: HttpCall): Promise<HttpAnswer> => {
  const { data } = z.looseObject({ url: z.url({ protocol: /^https?$/ }) }).safeParse(json);
  if (data === undefined) return ok({ status: "INVALID_URL", code: 0 });
  try {
    const signal = AbortSignal.timeout(LONGEST_TRY_MS);
    const { status } = await fetch(data.url, { method: "POST", redirect: "manual", signal });
    return ok({ status: status >= 200 && status < 300 ? "OK" : "FAILED", code: status });
  } catch {
    return ok({ status: "ERROR", code: 0 });
  }
};

const ok = (body: unknown): HttpAnswer => ({ status: 200, body });

export const asideOf = (
  accounts: ReturnType<typeof accountsOf>,
  no: (status: number, code: string, message: string) => HttpAnswer,
  /** `ownOnly`: the methods of no store but the key's are told. */
  { ownOnly, otherStores = 0 }: { ownOnly: boolean; otherStores?: number },
) => {
  const stores = [...Array.from({ length: otherStores }, (_, index) => another(index)), Store];

  const search = (call: HttpCall): HttpAnswer => {
    const { orderReference, governmentId } = Search.safeParse(call.json).data ?? {};
    if (!orderReference && !governmentId) return no(400, "BAD_REQUEST", "There is nothing to search by");
    const found = ({ payment, customer }: ResursAccount): boolean =>
      payment !== null &&
      (!orderReference || payment.orderFields.orderReference === orderReference) &&
      (!governmentId || customer?.governmentId === governmentId);
    const content = accounts.all().flatMap((one) => (one.payment && found(one) ? [answered(one.id, one.payment)] : []));
    return ok(pageOf(content, call));
  };

  const putMetadata = (id: string, { json }: HttpCall): HttpAnswer => {
    const { payment } = accounts.at(id);
    if (!payment) return no(404, "NOT_FOUND", `There is no payment ${id}`);
    payment.fields.metadata = json;
    return ok(json);
  };

  const getAction = (path: string): HttpAnswer => {
    const [id = "", actionId] = path.split("/actions/");
    const action = accounts.at(id).payment?.books?.log.find((entry) => entry.actionId === actionId);
    return action ? ok(action) : no(404, "NOT_FOUND", `There is no action ${actionId}`);
  };

  return async (operation: Aside, id: string, call: HttpCall): Promise<HttpAnswer> => {
    switch (operation) {
      case "search":
        return search(call);
      case "putMetadata":
        return putMetadata(id, call);
      case "getAction":
        return getAction(id);
      case "getStores":
        return ok(pageOf(stores, call));
      case "getPaymentMethods":
        return ownOnly && id !== Store.id ? no(404, "NOT_FOUND", `There is no store ${id}`) : ok({ content: [Method] });
      case "testCallback":
        return tried(call);
      case "getAddress":
        return ok({ address: Address });
    }
  };
};
