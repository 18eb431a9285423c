/**
 * The proof in the path of a page that a bank sends a customer back to: `<key id>.<attempt>.<mac>`, over the order, the
 * payment attempt and the page. In the path, because banks add parameters of their own to the query.
 */
import type { ReturnPage } from "../../machines/commands.js";
import { type CallbackKey, LONGEST_KEY_ID, LONGEST_NAMED, MAC_LENGTH, macOf } from "./keys.js";
import { sameSecret } from "./secret.js";

const LONGEST_PROOF = LONGEST_KEY_ID + LONGEST_NAMED + MAC_LENGTH + "..".length;

/** As JSON, no two lists of texts read the same. */
const mac = (secret: string, ...signed: string[]): string =>
  macOf(secret, "order-status return", JSON.stringify(signed));

export const returnProof = ([key]: CallbackKey[], orderId: string, page: ReturnPage, attempt: string): string => {
  if (key === undefined) throw new Error("a return address needs a key");
  const named = Buffer.from(attempt).toString("base64url");
  return [key.id, named, mac(key.secret, key.id, orderId, page, named)].join(".");
};

/** The attempt that the address was made for; null = it is none of ours, or of another order or page. */
export const attemptProven = (keys: CallbackKey[], orderId: string, page: string, proof: string): string | null => {
  const [id = "", named = "", given = "", ...more] = proof.length > LONGEST_PROOF ? [] : proof.split(".");
  const key = keys.find((one) => one.id === id);
  // Without a key something is compared all the same, so that the time does not tell which ids there are.
  const same = sameSecret(given, mac(key?.secret ?? "none", id, orderId, page, named));
  return key !== undefined && same && more.length === 0 ? Buffer.from(named, "base64url").toString("utf8") : null;
};
