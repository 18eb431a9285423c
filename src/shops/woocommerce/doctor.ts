/** What is wrong with a set-up, and how it is put right: one finding per question, each with its fix. */

import { createHmac } from "node:crypto";
import { z } from "zod";
import { OrderStatus } from "../../../machines/facts.js";
import { minorDigits } from "../../core/money.js";
import { systemClock } from "../../ports/clock.js";
import { thrownText } from "../../ports/thrown.js";
import { type ApiOptions, type ApiResult, wooApi } from "./api.js";
import { Statuses } from "./schema.js";

export interface DoctorFinding {
  check: string;
  /** `warning` works, and will surprise somebody one day. */
  verdict: "ok" | "warning" | "wrong";
  says: string;
  fix: string | null;
}

export interface DoctorOptions extends ApiOptions {
  /** Where the shop's webhooks go to, as the shop reaches it; null = not looked at. */
  callbackUrl: string | null;
  webhookSecret: string | null;
  /** Minutes that the engine was told; null = it was told that no stock is held. */
  holdStockMinutes: number | null;
  statuses: string[];
}

/** A shop refuses a signature that is older; a person's watch is not that wrong. */
const SKEW_WRONG_S = 15 * 60;
const SKEW_ODD_S = 60;

const Setting = z.object({ value: z.union([z.string(), z.number()]).nullish() });
const Webhooks = z.array(z.object({ id: z.number(), status: z.string(), topic: z.string(), delivery_url: z.string() }));

const ok = (check: string, says: string): DoctorFinding => ({ check, verdict: "ok", says, fix: null });
const warning = (check: string, says: string, fix: string): DoctorFinding => ({ check, verdict: "warning", says, fix });
const wrong = (check: string, says: string, fix: string): DoctorFinding => ({ check, verdict: "wrong", says, fix });

const detailOf = (told: Exclude<ApiResult<unknown>, { kind: "ok" }>): string =>
  told.kind === "missing" ? "HTTP 404" : told.detail.replace(/; `order-status woo doctor`.*/, "");

const isLoopback = (url: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);

/** @returns findings in the order of the questions; later ones are left out where nothing answers */
export const wooDoctor = async (options: DoctorOptions): Promise<DoctorFinding[]> => {
  const shop = new URL(options.url);
  const found: DoctorFinding[] = [];
  const { ask } = wooApi(options);

  if (shop.protocol === "https:") found.push(ok("address", `${shop.origin} is reached over HTTPS`));
  else if (isLoopback(shop)) found.push(ok("address", `${shop.origin} is on this computer; requests are signed`));
  else {
    const fix = "give the shop a certificate and use its https:// address; over HTTP everybody on the way reads orders";
    found.push(wrong("address", `${shop.origin} is plain HTTP`, fix));
  }

  const skew = await skewOf(options);
  if (typeof skew === "string") {
    found.push((await plainPermalinks(options)) ?? unread(skew, shop));
    return found;
  }
  found.push(ok("shop", "the REST API answers"));
  found.push(clock(skew));

  const orders = await ask(z.array(z.unknown()), "GET", "orders?per_page=1");
  if (orders.kind !== "ok") {
    if (/rest_no_route/.test(detailOf(orders))) {
      const on = "activate WooCommerce at WordPress › Plugins; while it is updated, try again a minute later";
      found.push(wrong("shop", "WordPress answers, and WooCommerce is not active", on));
      return found;
    }
    const fix =
      "press Make key and webhook for the engine at WooCommerce › Order Status Engine, and put its three lines into the engine's .env; without the plugin, make a key at WooCommerce › Settings › Advanced › REST API for a user who may edit orders, with Read/Write, and set ORDER_STATUS_WOO_KEY and ORDER_STATUS_WOO_SECRET";
    found.push(wrong("keys", detailOf(orders), fix));
    return found;
  }
  // No order has this number, so a key that may write is told so, and one that may not is turned away before.
  const write = await ask(z.unknown(), "PUT", "orders/999999999999", {});
  if (write.kind === "trouble") {
    const fix = "set the key's permissions to Read/Write at WooCommerce › Settings › Advanced › REST API";
    found.push(wrong("keys", `the key may read orders and not write them: ${detailOf(write)}`, fix));
  } else found.push(ok("keys", "the key reads and writes orders"));

  // At once: on a slow shop one after the other takes longer than whoever pressed "Test the connection" waits.
  const rest = await Promise.all([
    decimals(ask),
    holdStock(ask, options),
    statuses(ask, options),
    plugin(options),
    webhook(ask, options),
  ]);
  return [...found, ...rest.flat()];
};

const unread = (says: string, { origin }: URL): DoctorFinding =>
  wrong("shop", says, `open ${origin}/wp-json/ in a browser; it must show JSON`);

/** With plain permalinks WordPress serves its REST API at another address, which signs nothing. */
const plainPermalinks = async ({ url, fetch = globalThis.fetch, timeoutMs = 15_000 }: DoctorOptions) => {
  const init = { signal: AbortSignal.timeout(timeoutMs), redirect: "manual" } as const;
  const told = await fetch(`${url.replace(/\/+$/, "")}/?rest_route=/`, init).catch(() => null);
  await told?.body?.cancel();
  if (told?.status !== 200 || told.headers.get("content-type")?.includes("json") !== true) return null;
  const fix = "choose another structure than Plain at WordPress › Settings › Permalinks";
  return wrong("shop", "WordPress has plain permalinks, so there is no /wp-json/", fix);
};

const PluginSays = z.object({
  url: z.string(),
  findings: z.array(z.object({ verdict: z.string(), says: z.string() })),
});

/** What the plugin finds, with the shop's own eyes. */
const plugin = async (options: DoctorOptions): Promise<DoctorFinding[]> => {
  const told = await wooApi(options, "wc-order-status-engine/v1").ask(PluginSays, "GET", "doctor");
  if (told.kind === "ok") {
    const where = "put it right at WooCommerce › Order Status Engine in the shop";
    const amiss = told.body.findings.filter(({ verdict }) => verdict !== "ok");
    const fine = ok("plugin", `the plugin reaches the engine at ${told.body.url}`);
    return amiss.length === 0 ? [fine] : amiss.map(({ says }) => wrong("plugin", says, where));
  }
  const detail = detailOf(told);
  if (!/rest_no_route/.test(detail)) return [warning("plugin", `the plugin was not asked: ${detail}`, "try again")];
  const fix = "install and activate the plugin (docs/woocommerce.md)";
  const says = "the plugin is not active: nobody asks the engine before a status is saved";
  return [options.pluginSecret === undefined ? warning("plugin", says, fix) : wrong("plugin", says, fix)];
};

type CallShop = ReturnType<typeof wooApi>["ask"];

/** The shop's clock minus ours, in seconds, or why there is no telling. */
const skewOf = async ({
  url,
  clock: time = systemClock(),
  timeoutMs = 15_000,
  fetch = globalThis.fetch,
}: DoctorOptions) => {
  try {
    const before = time.now();
    const response = await fetch(`${url.replace(/\/+$/, "")}/wp-json/wc/v3/orders/statuses`, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    // Public, or refused in JSON: either way it is WooCommerce that answers.
    const json = response.headers.get("content-type")?.includes("json");
    if (!json) return `HTTP ${response.status}, and no JSON: this is not WooCommerce's REST API`;
    const middle = (before + time.now()) / 2;
    return (Date.parse(response.headers.get("date") ?? "") - middle) / 1000 || 0;
  } catch (error) {
    const cause = thrownText(error instanceof Error ? (error.cause ?? error) : error);
    return `nothing answers: ${cause}`;
  }
};

const clock = (skew: number): DoctorFinding => {
  const says = `the clocks of the shop and of this computer are ${Math.abs(Math.round(skew))} s apart`;
  const fix = "let both take their time from NTP (timedatectl set-ntp true)";
  if (Math.abs(skew) >= SKEW_WRONG_S) return wrong("clock", says, fix);
  if (Math.abs(skew) >= SKEW_ODD_S) return warning("clock", says, fix);
  return ok("clock", "the clocks of the shop and of this computer agree");
};

const settingOf = async (ask: CallShop, path: string): Promise<string | null> => {
  const told = await ask(Setting, "GET", `settings/${path}`);
  return told.kind === "ok" ? String(told.body.value ?? "") : null;
};

const mayNotRead = (check: string): DoctorFinding =>
  warning(
    check,
    "the key's user may not read the settings, so this was not looked at",
    "use a key of a shop manager, or look yourself",
  );

const digitsInWords = ["no", "one", "two", "three", "four"];

const decimals = async (ask: CallShop): Promise<DoctorFinding> => {
  const value = await settingOf(ask, "general/woocommerce_price_num_decimals");
  if (value === null) return mayNotRead("decimals");
  const digits = minorDigits((await settingOf(ask, "general/woocommerce_currency")) ?? "");
  if (value === String(digits)) return ok("decimals", `amounts have ${digitsInWords[digits] ?? digits} decimals`);
  const fix = `set WooCommerce › Settings › General › Number of decimals to ${digits}; what is rounded away differs from the bank`;
  return wrong("decimals", `amounts have ${value} decimals`, fix);
};

const holdStock = async (ask: CallShop, { holdStockMinutes }: DoctorOptions): Promise<DoctorFinding> => {
  const [managed, minutes] = await Promise.all([
    settingOf(ask, "products/woocommerce_manage_stock"),
    settingOf(ask, "products/woocommerce_hold_stock_minutes"),
  ]);
  if (managed === null || minutes === null) return mayNotRead("hold-stock");
  const held = managed === "yes" && Number(minutes) >= 1 ? Number(minutes) : null;
  if (held === holdStockMinutes) {
    return ok("hold-stock", held === null ? "no stock is held" : `stock is held ${held} minutes, as the engine knows`);
  }
  const fix =
    held === null
      ? "take stockManagement and holdStockMinutes out of the settings in the engine's configuration, and start it anew"
      : `write settings: { stockManagement: true, holdStockMinutes: ${held} } in the engine's configuration, and start it anew`;
  const says = held === null ? "the shop holds no stock" : `the shop cancels what is unpaid after ${held} minutes`;
  const told = holdStockMinutes === null ? "none" : `${holdStockMinutes} minutes`;
  return wrong("hold-stock", `${says}, and the engine was told ${told}`, fix);
};

const statuses = async (ask: CallShop, { statuses: declared }: DoctorOptions): Promise<DoctorFinding> => {
  const told = await ask(Statuses, "GET", "orders/statuses");
  if (told.kind !== "ok") return warning("statuses", detailOf(told), "try again");
  const unknown = told.body
    .map(({ slug }) => slug)
    .filter((slug) => !OrderStatus.safeParse(slug).success && !declared.includes(slug));
  if (unknown.length === 0) return ok("statuses", "every status of the shop is known");
  const fix = `declare what each is a child of, as in statuses: { "${unknown[0]}": "processing" }`;
  return warning("statuses", `plugins add ${unknown.join(", ")}; orders in such a status are left alone`, fix);
};

const webhook = async (ask: CallShop, options: DoctorOptions): Promise<DoctorFinding[]> => {
  const { callbackUrl } = options;
  if (callbackUrl === null) {
    const fix = "give --callback, the address that the shop's webhooks go to";
    return [warning("webhook", "not looked at, because no address was given", fix)];
  }
  const add = `add a webhook at WooCommerce › Settings › Advanced › Webhooks: topic "Order updated", delivery URL ${callbackUrl}, secret as in ORDER_STATUS_WOO_WEBHOOK_SECRET`;
  const [told, here] = await Promise.all([ask(Webhooks, "GET", "webhooks?per_page=100"), reached(options)]);
  if (told.kind !== "ok") return [warning("webhook", detailOf(told), add), here];
  const ours = told.body.filter(({ topic, delivery_url }) => topic === "order.updated" && delivery_url === callbackUrl);
  const active = ours.find(({ status }) => status === "active");
  if (active) return [ok("webhook", `webhook ${active.id} tells of every change`), here];
  if (ours[0] === undefined) return [wrong("webhook", "no webhook tells of changed orders", add), here];
  const says = `webhook ${ours[0].id} is ${ours[0].status}; the shop switches one off after seven failures in a row`;
  const fix = "put right what the callback says below, set the webhook to Active, and run order-status reconcile";
  return [wrong("webhook", says, fix), here];
};

/** Whether the engine's door answers, and knows the secret. From this computer: the shop may see another network. */
const reached = async ({ callbackUrl, webhookSecret, fetch = globalThis.fetch, timeoutMs = 15_000 }: DoctorOptions) => {
  const check = "callback";
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const init = { method: "POST", body, headers, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) } as const;
    const response = await fetch(callbackUrl ?? "", init);
    await response.body?.cancel();
    return response.status;
  };
  try {
    const greeted = await post("webhook_id=0");
    if (greeted !== 200) {
      return wrong(check, `${callbackUrl} answers HTTP ${greeted}`, "check the address, and that the engine is served");
    }
    if (webhookSecret === null) {
      const fix = "set ORDER_STATUS_WOO_WEBHOOK_SECRET to try the signature too";
      return warning(check, `${callbackUrl} answers from here`, fix);
    }
    const body = "{}";
    const signature = createHmac("sha256", webhookSecret).update(body).digest("base64");
    const signed = await post(body, { "content-type": "application/json", "x-wc-webhook-signature": signature });
    if (signed === 200) return ok(check, `${callbackUrl} answers from here, and knows the secret`);
    const fix = "give the engine and the webhook the same ORDER_STATUS_WOO_WEBHOOK_SECRET";
    return wrong(check, `${callbackUrl} refuses the signature (HTTP ${signed})`, fix);
  } catch {
    return wrong(check, `nothing answers at ${callbackUrl}`, "start the engine, and open its port to the shop");
  }
};
