/** The client of the test bank. Apart from `place.ts`: what a test starts as a process loads no doubles. */
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import type { Clock } from "../../src/ports/clock.js";

export const gatewayTo = (url: string, clock: Clock) =>
  resursMapi({
    baseUrl: url,
    clientId: "shop",
    clientSecret: "secret",
    storeId: "b7f88ac4-baa7-493b-a0a7-d4e14f91f555",
    clock,
  });
