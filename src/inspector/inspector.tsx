/** Looks at orders and says why, as one `(Request) => Response` for any host. What it does goes through the public door. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import type { JSX } from "hono/jsx/jsx-runtime";
import { z } from "zod";
import { OrderStatus } from "../../machines/facts.js";
import { shortened, Text, Word } from "../../machines/text.js";
import type { HistoryEntry, OrderRecord } from "../core/record.js";
import { movedFor, resultSaid } from "../core/why/result.js";
import { tokensIn } from "../ports/access.js";
import { isolatedLog } from "../ports/isolated.js";
import { type Log, silent } from "../ports/log.js";
import { InvalidEvent, type Runtime } from "../ports/runtime.js";
import { StoreError } from "../ports/store.js";
import { entryOf, headers, type InspectorAccess, isFromHere } from "./access.js";
import { actionRoutes } from "./action-routes.js";
import { find } from "./find.js";
import { ordersSeen } from "./listed.js";
import { actable, countsKept, machinesSeen, type OrderAsked, orderSeen, problemsOf } from "./looks.js";
import { masked } from "./mask.js";
import type { View } from "./pages/layout.js";
import { OrderPage } from "./pages/order.js";
import { FoundPage, OrdersPage } from "./pages/orders.js";
import { ProblemsPage } from "./pages/problems.js";
import { MessagePage, RawPage, RevealPage, revealedAt } from "./pages/raw.js";
import { TurnedAwayPage } from "./pages/turned-away.js";
import { MachinesPage } from "./pages/way.js";
import { icon, style } from "./style.js";
import { type Language, languages, type Words, wordsIn } from "./words/words.js";

/** What is looked at: a runtime, or only the half of it that looks. */
export type Inspected = Pick<Runtime, "queries"> & Partial<Omit<Runtime, "queries">>;

export interface Reveal {
  orderId: string;
  by: string;
  why: string;
}

export interface InspectorOptions {
  engine: Inspected;
  /** Where it is mounted. Default: at the root. */
  base?: string | undefined;
  /** Default: only this computer. */
  access?: InspectorAccess | undefined;
  /** Enables actions, if the engine takes events. Default: read-only. */
  actions?: boolean | undefined;
  /**
   * Writes down who had personal data shown, before it is. Default: with the order, where the engine takes events;
   * elsewhere nothing is revealed.
   */
  recordReveal?: ((reveal: Reveal) => Promise<unknown>) | undefined;
  log?: Log | undefined;
}

/** What the routes have in hand. */
export interface RouteContext {
  engine: Inspected;
  log: Log;
  viewOf: (c: Context) => View;
  send: (c: Context, page: JSX.Element, status?: 200 | 400 | 403 | 404 | 409 | 500 | 503) => Response;
  /** Who came in, where access says so. */
  who: (c: Context) => string;
  message: (c: Context, status: 400 | 403 | 404 | 500 | 503, says: string) => Response;
}

const words: Record<Language, Words> = { en: wordsIn("en"), sv: wordsIn("sv") };
const COOKIE = "inspector-language";
const isLanguage = (text: string | undefined): text is Language => languages.includes(text as Language);

const languageOf = (c: Context): Language => {
  const asked = c.req.query("lang");
  if (isLanguage(asked)) return asked;
  const kept = getCookie(c, COOKIE);
  if (isLanguage(kept)) return kept;
  return /^\s*sv\b/i.test(c.req.header("accept-language") ?? "") ? "sv" : "en";
};

const blankIsNone = (value: unknown) => (value === "" ? undefined : value);
const Asked = z.object({
  status: z.preprocess(blankIsNone, OrderStatus.optional()),
  flagged: z.literal("true").optional(),
  dead: z.literal("true").optional(),
  parked: z.literal("true").optional(),
  since: z.preprocess(blankIsNone, z.enum(["1h", "24h", "7d"]).optional()),
  gateway: z.preprocess(blankIsNone, Word(100).optional()),
  before: Word(300).optional(),
});
const At = z.coerce.number().int().min(1).max(1e9).nullable().catch(null);

/** The pages as one `(Request) => Response`, to be mounted under `base`. Read-only, unless `actions` says otherwise. */
export const inspector = (options: InspectorOptions): { fetch: (request: Request) => Response | Promise<Response> } => {
  const { engine, base = "", access = { kind: "loopback" }, actions = false } = options;
  const log = isolatedLog(options.log ?? silent);
  if (access.kind === "token") tokensIn(access.token);
  const acts = actions && engine.submit !== undefined;
  const recordReveal =
    options.recordReveal ??
    (engine.submit === undefined
      ? null
      : ({ orderId, by, why }: Reveal) => engine.submit?.(orderId, { type: "data.revealed", by, why }));

  const { queries } = engine;
  const health = countsKept(queries);

  const viewOf = (c: Context): View => {
    const url = new URL(c.req.url);
    url.searchParams.delete("lang");
    const path = url.pathname + url.search;
    return { words: words[languageOf(c)], base, path, acts, reveals: recordReveal !== null };
  };
  const send: RouteContext["send"] = (c, page, status = 200) => {
    const html = `<!DOCTYPE html>${page}`;
    const tag = `"${createHash("sha256").update(html).digest("base64url").slice(0, 22)}"`;
    if (status === 200 && c.req.header("if-none-match") === tag) return c.body(null, 304);
    return c.html(html, status, { ETag: tag });
  };
  const message: RouteContext["message"] = (c, status, says) => {
    const view = viewOf(c);
    return send(c, <MessagePage view={view} title={view.words.t("error title")} says={says} />, status);
  };
  const who = (c: Context): string => {
    const entry = entryOf(access, c.req.raw);
    return entry.in ? entry.who : "";
  };
  const room: RouteContext = { engine, log, viewOf, send, who, message };

  const app = new Hono({ strict: false }).basePath(base);
  app.onError((error, c) => {
    // An id that no order can have, in an address that somebody made up.
    if (error instanceof InvalidEvent && c.req.method !== "POST") return c.notFound();
    // What an exception says may be about a person; where it came from is not.
    const from = error.stack
      ?.split("\n")
      .find((line) => line.startsWith("    at "))
      ?.trim();
    log.error({ path: c.req.routePath, kind: error.name, from }, "a page of the inspector failed");
    const { t } = viewOf(c).words;
    if (!(error instanceof StoreError)) return message(c, 500, t("error internal"));
    return message(c, 503, t(error.code === "corrupt" ? "error damaged" : "error store"));
  });
  app.notFound((c) => message(c, 404, viewOf(c).words.t("error unknown")));
  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    const entry = entryOf(access, c.req.raw);
    if (!entry.in) {
      if (entry.status === 401) c.header("WWW-Authenticate", 'Basic realm="order-status", charset="UTF-8"');
      const isBrowser = c.req.header("accept")?.includes("text/html") ?? false;
      return isBrowser ? c.html(<TurnedAwayPage says={entry.says} />, entry.status) : c.text(entry.says, entry.status);
    }
    if (c.req.method === "POST" && !isFromHere(c.req.raw)) return message(c, 403, viewOf(c).words.t("error origin"));
    // Having personal data shown is a reading; all the other forms act.
    if (c.req.method === "POST" && !c.req.path.endsWith("/reveal") && !entry.scopes.includes("act")) {
      return message(c, 403, viewOf(c).words.t("error scope"));
    }
    if (!["GET", "HEAD", "POST"].includes(c.req.method)) return c.text("", 405);
    const asked = c.req.query("lang");
    if (isLanguage(asked)) {
      setCookie(c, COOKIE, asked, { path: base || "/", sameSite: "Lax", httpOnly: true, maxAge: 31_536_000 });
    }
    await next();
  });
  app.use(bodyLimit({ maxSize: 16 * 1024 }));

  app.get("/assets/style.css", (c) => c.body(style, 200, { "Content-Type": "text/css; charset=utf-8" }));
  app.get("/assets/icon.svg", (c) => c.body(icon, 200, { "Content-Type": "image/svg+xml" }));
  app.get("/assets/client.js", async (c) =>
    c.body(await client(), 200, { "Content-Type": "text/javascript; charset=utf-8" }),
  );

  app.get("/", async (c) => send(c, <ProblemsPage view={viewOf(c)} problems={await problemsOf(queries, health)} />));
  app.get("/orders", async (c) => {
    const { data } = Asked.safeParse(c.req.query());
    if (data === undefined) return c.redirect(`${base}/orders`);
    const asked = {
      ...data,
      flagged: data.flagged === "true",
      dead: data.dead === "true",
      parked: data.parked === "true",
    };
    return send(c, <OrdersPage view={viewOf(c)} asked={asked} seen={await ordersSeen(queries, asked)} />);
  });
  app.get("/find", async (c) => {
    const q = shortened((c.req.query("q") ?? "").trim(), 100);
    const found = await find(queries, q);
    if (found.orderId !== null) return c.redirect(`${base}/orders/${encodeURIComponent(found.orderId)}`);
    return send(c, <FoundPage view={{ ...viewOf(c), q }} found={found} />, found.begin.length === 0 ? 404 : 200);
  });
  app.get("/orders/:orderId", async (c) => {
    const view = viewOf(c);
    const orderId = c.req.param("orderId");
    const path = `${base}/orders/${encodeURIComponent(orderId)}`;
    const troubleOnly = c.req.query("rows") === "trouble";
    const done: OrderAsked["done"] = (...seen) => doneText(c, view.words, ...seen);
    const asked = { at: At.parse(c.req.query("at") ?? null), troubleOnly, done };
    const seen = await orderSeen(queries, orderId, asked, view.words, path);
    if (seen === null) return message(c, 404, view.words.t("order unknown", { id: orderId }));
    return send(c, <OrderPage view={view} seen={seen} />);
  });

  app.get("/orders/:orderId/machines", async (c) => {
    const view = viewOf(c);
    const orderId = c.req.param("orderId");
    const seen = await machinesSeen(queries, orderId, At.parse(c.req.query("at") ?? null), view.words);
    if (seen === null) return message(c, 404, view.words.t("order unknown", { id: orderId }));
    return send(c, <MachinesPage view={view} seen={seen} />);
  });

  const wholeOf = async (orderId: string) => {
    const record = await queries.read(orderId);
    if (record === null) return null;
    const [effects, history] = [await queries.effectsOf(orderId), await queries.history(orderId)];
    return { record, effects, history };
  };
  app.get("/orders/:orderId/raw", async (c) => {
    const view = viewOf(c);
    const orderId = c.req.param("orderId");
    const record = await queries.read(orderId);
    if (record === null) return message(c, 404, view.words.t("order unknown", { id: orderId }));
    const json = masked({ record, effects: await queries.effectsOf(orderId) });
    return send(
      c,
      <RawPage view={view} orderId={orderId} title={view.words.t("raw title")} json={json} shownTo={null} />,
    );
  });
  app.get("/orders/:orderId/history/:seq{[0-9]{1,9}}", async (c) => {
    const view = viewOf(c);
    const [orderId, seq] = [c.req.param("orderId"), Number(c.req.param("seq"))];
    const entry = (await queries.history(orderId, seq - 1, 1)).find((one) => one.seq === seq);
    if (entry === undefined) return message(c, 404, view.words.t("error unknown"));
    const title = view.words.t("raw entry", { n: seq });
    return send(c, <RawPage view={view} orderId={orderId} title={title} json={masked(entry)} shownTo={null} />);
  });
  app.get("/orders/:orderId/reveal", async (c) => {
    const [view, orderId] = [viewOf(c), c.req.param("orderId")];
    if ((await queries.read(orderId)) === null) return message(c, 404, view.words.t("order unknown", { id: orderId }));
    return send(c, <RevealPage view={view} orderId={orderId} by={who(c)} />);
  });
  app.post("/orders/:orderId/reveal", async (c) => {
    const view = viewOf(c);
    const orderId = c.req.param("orderId");
    const form = Asking.safeParse(await c.req.parseBody());
    if (recordReveal === null) return message(c, 403, view.words.t("reveal off"));
    if (!form.success) return send(c, <RevealPage view={view} orderId={orderId} by={who(c)} />, 400);
    if ((await queries.read(orderId)) === null) return message(c, 404, view.words.t("order unknown", { id: orderId }));
    const { by, why } = form.data;
    await recordReveal({ orderId, by, why });
    log.info({ orderId, at: queries.clock.now() }, "personal data was shown");
    const note = revealedAt(view, by, queries.clock.now());
    const title = view.words.t("raw title");
    return send(
      c,
      <RawPage view={view} orderId={orderId} title={title} json={await wholeOf(orderId)} shownTo={note} />,
    );
  });

  app.route("/", actionRoutes(room, acts));
  return { fetch: (request) => app.fetch(request) };
};

const trimmed = (most: number) => z.string().trim().pipe(Text(most).min(1));
const Asking = z.object({ by: trimmed(100), why: trimmed(200) });

/** What an action ended with, said by codes alone: the address may be anybody's. */
const doneText = (c: Context, words: Words, { facts }: OrderRecord, history: HistoryEntry[]): string | null => {
  const { t, reason, event, status } = words;
  const outcome = c.req.query("done");
  if (outcome === undefined) return null;
  if (outcome === "retry") return t("retry done");
  if (outcome === "waits") return t("act waits");
  const known = z.enum(["moved", "ignored", "refused", "deferred"]).safeParse(outcome);
  if (!known.success) return null;
  const { status: now, currency } = facts.order;
  if (known.data === "moved") {
    const id = c.req.query("id") ?? "";
    const answer = history.flatMap(({ answers }) => answers).findLast(({ eventId }) => eventId === id);
    const money = movedFor(history, id);
    return resultSaid({ from: answer?.from ?? null, to: now }, { money, currency })[words.language];
  }
  const code = c.req.query("reason") ?? "";
  const because = /^[a-z-]{1,60}$/.test(code) ? reason(code) : null;
  const type = actable.find((one) => one === c.req.query("did"));
  const text = t("act done", {
    event: event(type ?? "reconcile.asked"),
    outcome: t(`outcome ${known.data}`).toLowerCase(),
    status: status(now),
  });
  return because === null || because === code ? text : `${text} ${because}`;
};

let script: Promise<string> | null = null;
const client = (): Promise<string> => {
  script ??= readFile(new URL("./client.js", import.meta.url), "utf8").then((text) => text.replace(/^\/\/#.*$/m, ""));
  return script;
};
