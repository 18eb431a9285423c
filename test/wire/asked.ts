/** A request that a table has, asked of the double as its client would ask; and where the answer speaks of a row. */
import { writeXml } from "../../src/gateways/resurs-legacy/xml.js";
import type { WireOperation } from "../../src/testing/doubles/wire/fields.js";
import type { Bank } from "./banks.js";
import type { Client } from "./exchange.js";

/** By page: whose double it is. */
export const DOUBLES: Record<string, Client> = { "merchant-api": "ecom", "nets-easy": "nexi", "older-flows": "soap" };

/** Where a fault of the row is told: of a list its own name, or one of its items. */
export const placeOf = ({ path }: { path: string }): RegExp => {
  const place = path.replace(/\[\]$/, "").replaceAll("[]", "[0]");
  return new RegExp(`(?:^|[\\s"])${place.replaceAll(/[.[\]]/g, "\\$&")}(?:\\[\\d+\\])?(?:["\\s]|$)`);
};

export const asked = async ({ url, headers }: Bank, { asks }: WireOperation, content: unknown): Promise<string> => {
  const [, service, element = ""] = /^SOAP (\w+) (\w+)$/.exec(asks) ?? [];
  const [method = "POST", address = ""] = asks.replaceAll(/\{\w+\}/g, "0".repeat(32)).split(" ");
  const answer =
    service === undefined
      ? await fetch(`${url}${address}`, {
          method,
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify(content),
        })
      : await fetch(`${url}/ws/V4/${service}`, {
          method: "POST",
          headers,
          body: writeXml({ "s:Envelope": { "s:Body": { [element]: content } } }),
        });
  return `${answer.status} ${await answer.text()}`;
};
