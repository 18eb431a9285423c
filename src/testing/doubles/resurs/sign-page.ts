/** The test bank's page: what is to be paid, and what the customer may make of it. */
import { visible } from "../../../ports/visible.js";
import type { HttpAnswer } from "./http.js";

/** A test person for each outcome; null = whoever the customer is signs. */
const outcomes = {
  sign: { label: "Sign", says: "the bank accepts the payment", person: null },
  deny: { label: "Sign, and be denied", says: "the bank turns down the credit", person: "197211072793" },
  freeze: {
    label: "Sign, and be frozen",
    says: "the bank suspects fraud and freezes the payment",
    person: "198209123705",
  },
  leave: { label: "Leave", says: "back to the shop without paying", person: null },
} as const;
export type SignOutcome = keyof typeof outcomes;

export const signOutcomeIn = (form: string): SignOutcome => {
  const named = new URLSearchParams(form).get("outcome") ?? "sign";
  return Object.hasOwn(outcomes, named) ? (named as SignOutcome) : "sign";
};
export const personFor = (outcome: SignOutcome): string | null => outcomes[outcome].person;

const escaped = (text: string): string => visible(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A page in the look of the sandbox: no script, nothing from elsewhere. */
export const sandboxPage = (title: string, body: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>:root{color-scheme:light dark}body{font:17px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}
dt{opacity:.7}dd{margin:0 0 .6rem;font-weight:600}form p{margin:.8rem 0;display:grid;grid-template-columns:13rem 1fr;gap:.2rem .8rem;align-items:center}
button{font:inherit;padding:.5rem 1rem}@media(max-width:30rem){form p{grid-template-columns:1fr}}</style>
<h1>${escaped(title)}</h1>
${body}
</html>`;

/** @param amount as it is read: "100.00" @param isOpen false: the customer has been here before, or his time ran out */
export const signPage = (order: string | null, amount: string, isOpen: boolean): HttpAnswer => {
  const buttons = Object.entries(outcomes).map(
    ([name, { label, says }]) => `<p><button name="outcome" value="${name}">${label}</button> ${says}</p>`,
  );
  const body = `<dl><dt>Order</dt><dd>${escaped(order ?? "not named")}</dd><dt>Amount</dt><dd>${amount}</dd></dl>
<form method="post" target="_top">${isOpen ? buttons.join("\n") : '<p>This payment is no longer open.</p><p><button name="outcome" value="sign">Back to the shop</button></p>'}</form>`;
  return {
    status: 200,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: sandboxPage("Test bank", body),
  };
};

/** The shop's page to which the customer comes back. */
export const returnedPage = (orderId: string, status: string, isPaid: boolean): string => {
  const path = encodeURIComponent(orderId);
  const again = isPaid ? "" : `<p><a href="/checkout/${path}">Try to pay again</a></p>`;
  const says = isPaid ? "The shop has your order." : "The payment was not completed.";
  return sandboxPage(
    isPaid ? "Thank you" : "Not paid",
    `<p>${says}</p><dl><dt>Order</dt><dd>${escaped(orderId)}</dd><dt>Status</dt><dd>${escaped(status)}</dd></dl>
<p><a href="/inspector/orders/${path}">See why the order has this status</a></p>${again}`,
  );
};
