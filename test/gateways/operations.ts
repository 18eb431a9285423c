/** What a request asks a bank for, read off its address and body. */
import type { BankOperation } from "../../src/testing/index.js";

type Asked = { method: string; path: string; body: string };

export const resursOperation = ({ method, path }: Pick<Asked, "method" | "path">): BankOperation | null => {
  if (path === "/oauth2/token") return "signIn";
  if (method === "GET") return "readPayment";
  if (path === "/v2/payments") return "createPayment";
  const last = path.split("/").at(-1);
  if (last === "order") return "addOrderLines";
  return last === "capture" || last === "cancel" || last === "refund" ? last : null;
};

const soapOperations: [RegExp, BankOperation][] = [
  [/finalizePayment\b/, "capture"],
  [/annulPayment\b/, "cancel"],
  [/creditPayment\b/, "refund"],
  [/bookSignedPayment\b/, "bookSignedPayment"],
  [/bookPayment\b/, "createPayment"],
  [/getPayment\b/, "readPayment"],
];

/** Of the older flows: SOAP, and JSON for the hosted page and the checkout. */
export const olderOperation = ({ path, body }: Pick<Asked, "path" | "body">): BankOperation | null =>
  path.includes("back-channel") || path.includes("checkout/payments")
    ? "createPayment"
    : (soapOperations.find(([name]) => name.test(body))?.[1] ?? null);
