/** Nets's side in a browser: its own payment window, the same in a frame, and the checkout.js that shows the frame. */
import type { IncomingMessage } from "node:http";
import type { HttpAnswer } from "../resurs/http.js";
import { sandboxPage } from "../resurs/sign-page.js";

/** What the page needs of the payments. */
export interface NetsWindow {
  /** null = there is no such payment. */
  at(paymentId: string): { amount: string; isOpen: boolean; cancelUrl: string | null } | null;
  /** The customer pays; where he goes then, null = he is in a frame. */
  pays(paymentId: string): string | null;
}

/** As far as a page uses it: the constructor, `on` and `send`. */
const CHECKOUT_JS = `(() => {
  const { origin } = new URL(document.currentScript.src);
  class Checkout {
    heard = {};
    constructor({ checkoutKey, paymentId, containerId }) {
      if (!checkoutKey || !paymentId) throw new Error("Checkout key and payment id are needed");
      this.frame = document.createElement("iframe");
      this.frame.title = "Nets";
      this.frame.src = origin + "/pay/" + paymentId;
      document.getElementById(containerId).append(this.frame);
      addEventListener("message", ({ source, data }) => {
        if (source === this.frame.contentWindow) this.heard[data.event]?.(data.paymentId);
      });
    }
    on(event, listener) { this.heard[event] = listener; }
    send(event, value) { this.frame.contentWindow.postMessage({ event, value }, origin); }
  }
  window.Dibs = { Checkout };
})();`;

/** In a frame the page that shows it is asked first, and told when it is paid. */
const IN_A_FRAME = `<script>
const tell = (event) => parent.postMessage({ event, paymentId: location.pathname.split("/").at(-1) }, "*");
const form = document.querySelector("form");
if (parent !== window) form.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  tell("pay-initialized");
});
addEventListener("message", async ({ source, data }) => {
  if (source !== parent || data.event !== "payment-order-finalized") return;
  if (!data.value) return void (document.querySelector("output").textContent = "The shop did not confirm the order.");
  await fetch(location.pathname, { method: "POST", redirect: "manual" });
  tell("payment-completed");
});
</script>`;

const page = (body: string): HttpAnswer => ({
  status: 200,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: sandboxPage("Test bank: Nets", body),
});

/** null = it is a request of the API. */
export const netsPage = ({ method, url = "/" }: IncomingMessage, payments: NetsWindow): HttpAnswer | null => {
  const { pathname } = new URL(url, "http://nets");
  if (method === "GET" && pathname === "/v1/checkout.js")
    return { status: 200, headers: { "content-type": "text/javascript; charset=utf-8" }, body: CHECKOUT_JS };
  const id = /^\/pay\/([\w-]+)$/.exec(pathname)?.[1];
  if (id === undefined) return null;
  const seen = payments.at(id);
  if (seen === null) return { status: 404, body: "There is no such payment" };
  if (method === "POST") {
    const location = payments.pays(id);
    return location === null ? { status: 204 } : { status: 303, headers: { location } };
  }
  const { amount, isOpen, cancelUrl } = seen;
  const leave = cancelUrl === null ? "" : `<p><a href="${cancelUrl}">Leave</a></p>`;
  return page(`<dl><dt>Amount</dt><dd>${amount}</dd></dl>
<form method="post">${isOpen ? "<p><button>Pay</button></p>" : "<p>This payment is no longer open.</p>"}<output></output></form>
${leave}${IN_A_FRAME}`);
};
