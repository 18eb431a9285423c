/** A double for each client whose words are kept. */
import { legacyDouble, netsDouble, resursDouble } from "../../src/testing/index.js";
import type { Client } from "./exchange.js";

export interface Bank {
  url: string;
  hands: Record<string, (id: string) => unknown>;
  headers: Record<string, string>;
  close(): Promise<void>;
}

const basic = `Basic ${btoa("shop:secret")}`;

const nets = async (): Promise<Bank> => {
  const bank = await netsDouble();
  const hands = {
    "/pay": (id: string) => bank.customerPays(id),
    "/refuse": (id: string) => bank.cardRefused(id),
    "/uncancel": (id: string) => bank.cancelFails(id),
    "/pay-invoice": (id: string) => bank.customerPays(id, "INVOICE"),
    "/import": (ticket: string) => bank.importSubscription(ticket, "subscription"),
    "/import-unscheduled": (ticket: string) => bank.importSubscription(ticket, "unscheduledSubscription"),
  };
  return { url: bank.url, hands, headers: { authorization: "secret" }, close: bank.close };
};

export const banks: Record<Client, () => Promise<Bank>> = {
  ecom: async () => {
    const bank = await resursDouble({});
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "shop",
      client_secret: "secret",
      scope: "merchant-api",
    });
    const given = await fetch(`${bank.url}/oauth2/token`, { method: "POST", body });
    const { access_token: token } = (await given.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${token}` };
    return { url: bank.url, hands: { "/sign": bank.customerSigns }, headers, close: bank.close };
  },
  nexi: nets,
  plugin: nets,
  soap: async () => {
    const bank = await legacyDouble({});
    const signing = () => bank.nextBooking({ status: "SIGNING" });
    return {
      url: bank.url,
      hands: { "/signing": signing, "/older-sign": bank.customerSigns },
      headers: { authorization: basic, "content-type": "text/xml" },
      close: bank.close,
    };
  },
};
