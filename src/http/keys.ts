/** The keys by which an address that a bank was given is known again. */
import { createHmac, randomBytes } from "node:crypto";
import { z } from "zod";
import { wrongIn } from "../../machines/text.js";
import type { Runtime } from "../ports/runtime.js";
import { requireLongSecrets } from "../ports/secrets.js";

export interface CallbackKey {
  /** 1 to 20 letters, digits, _ and -, and not "_" alone; it stands in the address. No other key has it. */
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

/** No configured key may be called so. */
const OWN_KEY = "_";
const SECRET_NAME = "return-addresses";

export const LONGEST_KEY_ID = 20;

const KeyId = z
  .string("must be a text")
  .regex(
    new RegExp(`^[A-Za-z0-9_-]{1,${LONGEST_KEY_ID}}$`),
    `must be 1 to ${LONGEST_KEY_ID} letters, digits, _ and -, because it stands in an address; such as k1`,
  );
const ConfiguredId = KeyId.refine(
  (id) => id !== OWN_KEY,
  `must not be "${OWN_KEY}", which is the engine's own; such as k1`,
);

/** As options and the configuration file take them. @param secret how a secret is written there */
export const callbackKeysSchema = <S extends z.ZodType>(secret: S) => keysOf(ConfiguredId, secret);

const keysOf = <S extends z.ZodType>(id: z.ZodString, secret: S) =>
  z
    .array(z.strictObject({ id, secret }), "must be a list of { id, secret }")
    .min(1, "must not be empty: name a key, or leave it out")
    .superRefine((keys: readonly { id: string }[], context) => {
      for (const [at, { id }] of keys.entries()) {
        if (keys.findIndex((one) => one.id === id) === at) continue;
        const message = `must be another one: "${id}" is a key above already`;
        context.addIssue({ code: "custom", path: [at, "id"], message });
      }
    });

const Configured = callbackKeysSchema(z.string("must be a text"));
const WithOwn = keysOf(KeyId, z.string("must be a text"));

/**
 * @param field where the keys were given
 * @throws TypeError that names the field and what it must be
 */
export const requireKeys = (field: string, keys: unknown, { own = false } = {}): void => {
  const read = (own ? WithOwn : Configured).safeParse(keys);
  if (read.success) return;
  const at = wrongIn({ issues: read.error.issues.map((one) => ({ ...one, path: [field, ...one.path] })) });
  throw new TypeError(at);
};

/**
 * The shop's keys. Without any, return addresses are signed with one that is made on first use and kept with the
 * orders; callbacks get none from it, because addresses without a token may be out at the bank.
 * @throws StoreError, and TypeError where a key is none
 */
export const addressKeys = async (
  engine: Pick<Runtime, "secret">,
  callbackKeys: CallbackKey[] | null = null,
): Promise<AddressKeys> => {
  if (callbackKeys !== null) requireKeys("callbackKeys", callbackKeys);
  const configured = callbackKeys ?? [];
  // A shop that has configured keys since may still have customers at the bank whose addresses the kept one signed.
  const fresh = configured.length > 0 ? null : randomBytes(32).toString("base64url");
  const kept = await engine.secret(SECRET_NAME, fresh);
  requireLongSecrets({ [SECRET_NAME]: kept });
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
