/**
 * What of Medusa is used here, as this package sees it. Medusa is an optional peer: its container is looked up from the
 * project's folder when the server has started. `npm run hosts` holds these types against Medusa's own.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { toMinor as wholeMinor } from "../../core/money.js";
import { missing } from "../../ports/missing.js";

/** As Medusa hands amounts over: major units. */
export type Amount = number | string | { value: string | number } | { numeric: number } | { toNumber(): number };

export type SessionStatus = "pending" | "requires_more" | "authorized" | "captured" | "canceled" | "error";

export interface Input {
  data?: Record<string, unknown> | undefined;
  context?: { idempotency_key?: string | undefined } | undefined;
}
export interface Priced extends Input {
  amount: Amount;
  currency_code: string;
}

interface Row {
  id: string;
  amount: Amount;
}
/** What a session of ours keeps in Medusa. */
export interface SessionData {
  session_id: string;
  /** The engine's order: Medusa's payment collection. */
  order_status: string;
  payment_id: string;
  redirect_url: string;
  /** Minor units. */
  total: number;
}
export interface MedusaSession extends Row {
  provider_id: string;
  payment_collection_id: string;
  currency_code: string;
  status: string;
  data: Partial<SessionData>;
  payment?: MedusaPayment | null;
}
export interface MedusaPayment extends Row {
  provider_id: string;
  currency_code: string;
  data: Record<string, unknown>;
  captured_at: Date | string | null;
  canceled_at: Date | string | null;
  captures: Row[];
  refunds: (Row & { created_by: string | null })[];
}

/** Medusa's payment module. */
export interface Payments {
  listPaymentSessions(filter: object, how: { relations: string[] }): Promise<MedusaSession[]>;
  listRefunds(filter: object): Promise<(Row & { created_by: string | null })[]>;
  cancelPayment(id: string): Promise<unknown>;
  deleteCaptures(ids: string[]): Promise<unknown>;
  deleteRefunds(ids: string[]): Promise<unknown>;
  updatePayment(changes: { id: string; amount: number }): Promise<unknown>;
  updatePaymentSession(changes: object): Promise<unknown>;
}

/** Of the server's container. */
export interface Server {
  resolve(name: "workflows"): { run(workflow: string, how: { input: object }): Promise<unknown> };
  resolve(name: "payment"): Payments;
  resolve(name: "logger"): { warn(text: string): void };
}

/** @throws Missing */
export const server = (): Server => {
  try {
    return createRequire(join(process.cwd(), "package.json"))("@medusajs/framework").container;
  } catch (error) {
    return missing("@medusajs/framework", "The payment provider")(error);
  }
};

/** Medusa answers 400 with the text, and undoes what it had written for the call. */
export const notAllowed = (message: string): Error =>
  Object.assign(new Error(message), { type: "not_allowed", __isMedusaError: true });

const majorOf = (amount: Amount): number => {
  if (typeof amount !== "object") return Number(amount);
  if ("value" in amount) return Number(amount.value);
  return "numeric" in amount ? amount.numeric : amount.toNumber();
};

export { toMajor } from "../../core/money.js";

/** Medusa counts in kronor and yen, the engine in the minor units of ISO 4217. */
export const toMinor = (amount: Amount, currency: string): number => wholeMinor(majorOf(amount), currency);
