/** The keys by which an address that a bank was given is known again. */
import { createHmac, randomBytes } from "node:crypto";
import type { Runtime } from "../../ports/runtime.js";

export interface CallbackKey {
  /** Letters and digits; it stands in the address. */
  id: string;
  secret: string;
}

/** Newest first: the first one signs, and all are good, so that a key can be changed while payments are under way. */
export interface AddressKeys {
  /** Of the callbacks; null = their addresses carry no token. */
  callbacks: CallbackKey[] | null;
  /** Of the pages that customers come back to. */
  returns: CallbackKey[];
}

/** No configured key is called so: those are letters and digits. */
const OWN_KEY = "_";
const SECRET_NAME = "return-addresses";

/**
 * The shop's keys. Without any, return addresses are signed with one that is made on first use and kept with the
 * orders; callbacks get none from it, because addresses without a token may be out at the bank.
 * @throws StoreError
 */
export const addressKeys = async (
  engine: Pick<Runtime, "secret">,
  callbackKeys: CallbackKey[] | null = null,
): Promise<AddressKeys> => {
  const configured = callbackKeys ?? [];
  // A shop that has configured keys since may still have customers at the bank whose addresses the kept one signed.
  const fresh = configured.length > 0 ? null : randomBytes(32).toString("base64url");
  const kept = await engine.secret(SECRET_NAME, fresh);
  return {
    callbacks: callbackKeys,
    returns: [...configured, ...(kept === null ? [] : [{ id: OWN_KEY, secret: kept }])],
  };
};

/** As `addressKeys`, asked for once it is needed; an answer that failed is asked for again. */
export const keysOnce = (engine: Pick<Runtime, "secret">, callbackKeys?: CallbackKey[] | null) => {
  let known: Promise<AddressKeys> | null = null;
  return (): Promise<AddressKeys> => {
    known ??= addressKeys(engine, callbackKeys).catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
};

export const LONGEST_KEY_ID = 20;

/** Of so many bytes as base64url. */
const lengthOf = (bytes: number): number => Math.ceil((bytes * 4) / 3);

/** An id of an order or an attempt, 100 characters of up to four bytes each, as an address names it. */
export const LONGEST_NAMED = lengthOf(100 * 4);

/** 128 bits, which nobody guesses. */
const MAC_BYTES = 16;
export const MAC_LENGTH = lengthOf(MAC_BYTES);

/** @param context keeps what was signed for one purpose from being good for another */
export const macOf = (secret: string, context: string, signed: string): string =>
  createHmac("sha256", secret).update(`${context}\n${signed}`).digest().subarray(0, MAC_BYTES).toString("base64url");
