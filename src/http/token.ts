/**
 * A token in the path of a payment's callbacks, so that only who was given the address gets through.
 *
 * `<key id>.<order>.<nonce>.<mac>`: made when the payment is, kept nowhere, and checked without looking anything up.
 */
import { randomBytes } from "node:crypto";
import { type CallbackKey, LONGEST_KEY_ID, LONGEST_NAMED, MAC_LENGTH, macOf } from "./keys.js";
import { sameSecret } from "./secret.js";

const NONCE_LENGTH = 12;
const LONGEST_TOKEN = LONGEST_KEY_ID + LONGEST_NAMED + NONCE_LENGTH + MAC_LENGTH + "...".length;

const mac = (secret: string, signed: string): string => macOf(secret, "order-status callback", signed);

/** @param keys the first one signs; all are good, so that a key can be changed while payments are under way */
export const callbackToken = ([key]: CallbackKey[], orderId: string): string => {
  if (key === undefined) throw new Error("a callback token needs a key");
  const signed = [key.id, Buffer.from(orderId).toString("base64url"), randomBytes(9).toString("base64url")].join(".");
  return `${signed}.${mac(key.secret, signed)}`;
};

/** The order that the token was made for; null = it is none of ours. */
export const orderOfToken = (keys: CallbackKey[], token: string): string | null => {
  if (token.length > LONGEST_TOKEN) return null;
  const end = token.lastIndexOf(".");
  const signed = token.slice(0, end);
  const [id, order] = signed.split(".");
  const key = keys.find((one) => one.id === id);
  // Without a key something is compared all the same, so that the time does not tell which ids there are.
  const same = sameSecret(token.slice(end + 1), mac(key?.secret ?? "none", signed));
  return key !== undefined && same ? Buffer.from(order ?? "", "base64url").toString("utf8") : null;
};
