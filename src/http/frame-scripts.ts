/** What runs in the page of frames.ts, beside the bank's own script. Plain JavaScript for a browser, without a build. */
import { raw } from "hono/html";

/** Nets's checkout.js is loaded by now. Addresses are the page's own, wherever the app is mounted. */
export const netsScript = raw(`(() => {
  const { key, payment, done, language } = document.currentScript.dataset;
  const refused = document.getElementById("refused");
  const checkout = new Dibs.Checkout({ checkoutKey: key, paymentId: payment, containerId: "checkout", language });
  checkout.on("pay-initialized", async () => {
    let reply = false;
    try {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ paymentId: payment });
      const answer = await fetch(location.pathname, { method: "POST", headers, body });
      reply = (await answer.json()).reply === true;
    } catch {}
    refused.hidden = reply;
    checkout.send("payment-order-finalized", reply);
  });
  checkout.on("payment-completed", () => location.assign(done));
})();`);

/** The frame goes on by itself, for the order is there; what it turns the customer away with is kept with the order. */
export const resursCheckoutScript = raw(`(() => {
  const { payment, origin } = document.currentScript.dataset;
  const kinds = { "checkout:purchase-failed": "fail", "checkout:purchase-denied": "deny" };
  addEventListener("message", ({ origin: from, data }) => {
    if (from !== origin) return;
    let told = data;
    try { if (typeof data === "string") told = JSON.parse(data); } catch {}
    const rejection = kinds[told?.eventType];
    if (rejection === undefined) return;
    const message = typeof told.message === "string" ? told.message.slice(0, 1000) : null;
    const body = JSON.stringify({ paymentId: payment, rejection, message });
    fetch("../../resurs-checkout/rejected", { method: "POST", headers: { "content-type": "application/json" }, body });
  });
})();`);
