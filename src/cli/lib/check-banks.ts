/** Whether the banks know the keys and the store of a configuration: calls that look and change nothing. */
import type { BankStore, Gateway, PaymentMethod } from "../../ports/gateway.js";
import type { Ready } from "../config/schema.js";
import type { CheckFinding } from "./findings.js";

export interface BankFinding extends CheckFinding {
  gateway: string;
}

/** A bank's names are as long as it likes. */
const MOST_LETTERS = 60;
const short = (name: string): string => (name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS)}…` : name);
const MOST_LISTED = 20;
const listed = (names: string[]): string =>
  names.length > MOST_LISTED
    ? `${names.slice(0, MOST_LISTED).join(", ")} and ${names.length - MOST_LISTED} more`
    : names.join(", ");
const named = ({ name, id }: BankStore): string => `${short(name)} (${short(id)})`;
const titled = ({ title }: PaymentMethod): string => short(title);

/** In the words of every bank that answers a request for a payment, and no payment's: Nets reads no other form of an id. */
const NOBODYS = "0".repeat(32);
/** HTTP 400 of the token's service, and 401 and 403 of any other, are about the key. */
const isAboutKey = (detail: string): boolean => /^HTTP 40[013]/.test(detail);
const TRY_AGAIN = "the bank did not answer as it should; try again, and if it stays so, look at";

/** What of the configuration only the bank can say to be right. */
interface Written {
  storeId?: string | undefined;
  paymentMethodId?: string | undefined;
}

const finding = async (gateway: Gateway, { storeId, paymentMethodId }: Written): Promise<BankFinding> => {
  const { name } = gateway;
  const found = (verdict: BankFinding["verdict"], says: string, fix: string | null = null): BankFinding => ({
    gateway: name,
    verdict,
    says,
    fix,
  });
  if (gateway.stores === undefined) {
    const read = await gateway.readPayment(NOBODYS);
    const told = read.kind === "ok" ? await gateway.paymentMethodIds?.() : read;
    if (told !== undefined && told.kind !== "ok") {
      const fix = isAboutKey(told.detail)
        ? `look at gateways.${name}: its address and its key or password are of one environment`
        : `${TRY_AGAIN} gateways.${name}.baseUrl`;
      return found("wrong", told.detail, fix);
    }
    if (told === undefined || !("ids" in told)) return found("ok", "the bank takes the key");
    const { ids } = told;
    const methods = listed(ids.map(short));
    if (paymentMethodId === undefined || ids.includes(paymentMethodId))
      return found("ok", `the bank takes the key; its payment methods: ${methods || "none"}`);
    return ids.length === 0
      ? found("wrong", "the bank takes the key, which has no payment method", "ask the bank for one")
      : found(
          "wrong",
          `the key has no payment method ${short(paymentMethodId)}; it has ${methods}`,
          `write one of them at gateways.${name}.paymentMethodId`,
        );
  }
  const told = await gateway.stores();
  if (told.kind !== "ok") {
    const fix = isAboutKey(told.detail)
      ? `look at gateways.${name}: baseUrl, clientId, clientSecret and scope are of one environment`
      : `${TRY_AGAIN} gateways.${name}.baseUrl`;
    return found("wrong", told.detail, fix);
  }
  if (told.stores.length === 0)
    return found("wrong", "the bank knows the key, and the key has no store", "ask the bank for a store of this key");
  const stores = listed(told.stores.map(named));
  const at = `write the id of one of them at gateways.${name}.storeId`;
  // The bank's own client has it as required: without it no payment is opened.
  if (storeId === undefined) return found("wrong", `the bank knows the key; its stores: ${stores}`, at);
  const store = told.stores.find(({ id }) => id === storeId);
  if (store === undefined) return found("wrong", `the key has no store ${storeId}; it has ${stores}`, at);
  const methods = await gateway.paymentMethods?.();
  if (methods?.kind !== "ok") return found("wrong", methods?.detail ?? "no payment methods", "ask the bank");
  if (methods.methods.length === 0) {
    const fix = `ask the bank which methods the store has, and look at gateways.${name}.paymentMethodId`;
    return found("wrong", `${named(store)} has no payment method that a customer could choose`, fix);
  }
  return found("ok", `${named(store)}: ${listed(methods.methods.map(titled))}`);
};

export const checkBanks = (gateways: Gateway[], { gateways: given }: Ready): Promise<BankFinding[]> => {
  const written: Record<string, Written> = {
    "resurs-mapi": { storeId: given["resurs-mapi"]?.storeId },
    "resurs-simplified": { paymentMethodId: given["resurs-simplified"]?.paymentMethodId },
  };
  return Promise.all(gateways.map((one) => finding(one, written[one.name] ?? {})));
};
