/** Everything that a user has to say of a shop with the five addresses of docs/testing.md. */
import type { Backend, ObservedOrder } from "../../src/testing/index.js";

const json = { "content-type": "application/json" };
const post = (url: string, body: unknown) => fetch(url, { method: "POST", headers: json, body: JSON.stringify(body) });

export const overHttp = (url: string): Backend => ({
  checkout: async (basket) => (await post(`${url}/orders`, basket)).json() as never,
  customerReturns: (orderId, page) => fetch(`${url}/return/${orderId}/${page}`),
  merchantSets: (orderId, status) => post(`${url}/orders/${orderId}/status`, { status }),
  look: async (orderId) => (await fetch(`${url}/orders/${orderId}`)).json() as Promise<ObservedOrder>,
  timePasses: (ms) => post(`${url}/time`, { ms }),
});
