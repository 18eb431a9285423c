/**
 * Row 6, as a property: hostile text and numbers in every field of every public entry are refused by the field's name,
 * or come back to the byte, on every store; and a hundred other orders go on meanwhile.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { Command, type NewOrder, PlacedFields } from "../../machines/events.js";
import { Reading } from "../../machines/facts.js";
import { Id, Text } from "../../machines/text.js";
import { decideLine } from "../../src/cli/lib/decide-line.js";
import { rowsIn } from "../../src/cli/lib/erp-file.js";
import { BadLine, DecideLine } from "../../src/cli/lib/line-words.js";
import { Submitting } from "../../src/core/entering.js";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { NetsPayment } from "../../src/gateways/nets/schema.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { ResursPayment } from "../../src/gateways/resurs/schema.js";
import { Authorization, Legacy, Management } from "../../src/http/callbacks.js";
import { Webhook } from "../../src/http/nets.js";
import { Rejected } from "../../src/http/resurs-checkout.js";
import type { Gateway, ReadAnswer } from "../../src/ports/gateway.js";
import { InvalidEvent, type SubmitOptions } from "../../src/ports/runtime.js";
import type { Store } from "../../src/ports/store.js";
import type { Engine } from "../../src/runtime/embedded/engine.js";
import { placedOrder, wooShop } from "../../src/shops/woocommerce/index.js";
import { WooOrder } from "../../src/shops/woocommerce/schema.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { VirtualClock } from "../../src/testing/index.js";
import { callback, gatewayTo, order, Place, post, T0, temporary, trusted, unlimited } from "../engine/place.js";
import { isWhole } from "../exhaustive/whole.js";
import { type PostgresServer, startPostgres } from "../stores/postgres-server.js";
import {
  asJson,
  exampleOf,
  fieldOf,
  HOSTILE,
  merged,
  names,
  type Path,
  pathsOf,
  withField,
  withParents,
} from "./fields.js";

type Kind = Extract<(typeof Command)["options"][number], z.ZodType>;
/** A status of the shop's own is told as the status; what is known as its child is refused where nobody declared it. */
const asTold = (kind: Kind): Kind => {
  const shaped = kind as unknown as z.ZodObject<{ child: z.ZodOptional<z.ZodString> }>;
  return "child" in (shaped.shape ?? {}) ? (shaped.omit({ child: true }) as unknown as Kind) : kind;
};
const kinds = (Command.options as unknown as Kind[]).map(asTold);
const typeOf = (kind: Kind): string => (exampleOf(kind) as { type: string }).type;

/** A payment is one order's, so no two orders of a gateway can carry the example's: that one is paid another way. */
const withOwnPayments = (given: NewOrder, n: number): NewOrder => {
  if (given.gateway === "a") return { ...given, gateway: null };
  const { paymentId, previousPaymentIds } = given;
  return {
    ...given,
    ...(paymentId === "a" ? { paymentId: `a-${n}` } : {}),
    ...(previousPaymentIds?.[0] === "a" ? { previousPaymentIds: [`b-${n}`] } : {}),
  };
};
/** What was kept of it, in the example's words again. */
const asExample = (kept: Record<string, unknown>, { gateway, paymentId, previousPaymentIds }: NewOrder) => ({
  ...kept,
  ...(gateway === "a" ? { gateway } : {}),
  ...(paymentId === "a" ? { paymentId } : {}),
  ...(previousPaymentIds?.[0] === "a" ? { previousPaymentIds } : {}),
});

/** One entry: a value with one hostile field goes in, and what became of it comes out. */
type Became = { refused: string[] } | { kept: unknown };

/** A sum that its lines do not add up to is refused at the lines. */
const isRefusedBy = (became: Became, path: Path): boolean => {
  const isSum = path.at(-1) === "total" || path.at(-1) === "amount";
  const lines = [...path.slice(0, -1), "lines"];
  return "refused" in became && became.refused.some((issue) => names(issue, path) || (isSum && names(issue, lines)));
};

/** null = as it should be. */
const faultOf = (what: string, path: Path, given: unknown, became: Became): string | null => {
  const at = `${what}: ${path.join(".")} = ${asJson(given)?.slice(0, 60)}`;
  if ("refused" in became)
    return isRefusedBy(became, path) ? null : `${at} was refused for ${became.refused.join(", ")}`;
  const kept = fieldOf(became.kept, path);
  return asJson(kept) === asJson(given) ? null : `${at} came back as ${asJson(kept)?.slice(0, 60)}`;
};

/** A gateway that is not set up here is another way of paying, and is kept as null. */
const isOtherBank = (path: Path, given: unknown): boolean =>
  path.join(".") === "order.gateway" && Id.safeParse(given).success;

/** So many at once, where none of them minds the others: a store writes what comes together in one go. */
const AT_ONCE = 16;

interface Trying {
  skip?: (path: Path, given: unknown) => boolean;
  atOnce?: number;
}

const tryAll = async (
  what: string,
  schema: z.ZodType,
  act: (value: unknown, n: number) => Promise<Became>,
  { skip = () => false, atOnce = AT_ONCE }: Trying = {},
): Promise<string[]> => {
  const example = exampleOf(schema);
  const tries = pathsOf(schema)
    .flatMap((path) => HOSTILE.map((given) => ({ path, given })))
    .filter(({ path, given }) => !skip(path, given));
  expect(pathsOf(schema).length).toBeGreaterThan(0);
  const faults: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let one = tries[next++]; one !== undefined; one = tries[next++]) {
      const n = next;
      const { path, given } = one;
      try {
        const fault = faultOf(what, path, given, await act(withField(example, path, given), n));
        if (fault !== null) faults.push(fault);
      } catch (error) {
        faults.push(`${what}: ${path.join(".")} = ${asJson(given).slice(0, 60)} threw ${String(error).slice(0, 120)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return faults;
};

const refusedBy = (error: unknown, prefix = ""): Became => {
  if (!(error instanceof InvalidEvent)) throw error;
  return { refused: error.issues.map(({ path }) => (path.startsWith(prefix) ? path.slice(prefix.length) : path)) };
};

/** Submits to an order of its own, and reads back what the history has. */
const submitted = async (engine: Engine, id: string, event: unknown, options: SubmitOptions = {}): Promise<Became> => {
  await engine.place(id, order(null, T0, { gateway: null }));
  try {
    const receipt = await engine.submit(id, event as Command, options);
    const entry = (await engine.queries.history(id)).find(({ eventId }) => eventId === receipt.eventId);
    return { kept: { ...(entry?.event ?? {}), $options: { id: entry?.eventId, source: entry?.source } } };
  } catch (error) {
    return refusedBy(error);
  }
};

const HUNDRED = Array.from({ length: 100 }, (_, i) => `other-${i}`);

const stores: [name: string, make: () => Promise<{ store: Store; end(): Promise<void> } | string>][] = [
  ["memory", async () => ({ store: memoryStore(), end: async () => {} })],
  [
    "SQLite",
    async () => {
      const { file, remove } = await temporary();
      return { store: sqliteStore({ file }), end: remove };
    },
  ],
  [
    "PostgreSQL",
    async () => {
      const server: PostgresServer | string = await startPostgres();
      if (typeof server === "string") return server;
      return { store: postgresStore({ connectionString: await server.database() }), end: () => server.stop() };
    },
  ],
];

describe.each(stores)("doors 6: hostile fields on %s", (name, make) => {
  /** What the schema refuses comes to no store, so it is tried on the first; on the others too by `campaign exhaustive`. */
  const isForNoStore = (schema: z.ZodType, path: Path, given: unknown): boolean =>
    !isWhole && name !== "memory" && !schema.safeParse(withField(exampleOf(schema), path, given)).success;
  let place: Place;
  let end: () => Promise<void> = async () => {};
  let skipped: string | null = null;
  /** A host's own gateway, which answers whatever it is told to. */
  let says: unknown = null;
  const own = {
    name: "own",
    tolerance: 0,
    readPayment: async () => ({ kind: "ok", reading: says }),
  } as unknown as Gateway;

  beforeAll(async () => {
    const made = await make();
    if (typeof made === "string") {
      skipped = made;
      return;
    }
    end = made.end;
    place = new Place();
    const { resursDouble } = await import("../../src/testing/index.js");
    place.bank = await resursDouble({ clock: place.clock });
    // A bank that answers nonsense a thousand times would be left alone for a while.
    const limits = { failuresBeforeBreak: 1e9 };
    const gateways = [gatewayTo(place.bank.url, place.clock), own];
    place.engine = await place.start({ store: made.store, gateways, limits });
    // They are held until the hostile ones are through.
    for (const id of HUNDRED) {
      await place.order(id, { at: T0 });
      await place.engine.submit(id, callback(`pay-${id}`));
    }
  });
  afterAll(async () => {
    if (skipped === null) await place.end();
    await end();
  });

  test.each(kinds.map((kind) => [typeOf(kind), kind] as const))("submit: %s", async (type, kind) => {
    if (skipped !== null) return;
    // What could be an id is a payment that payment.created has given to another order, or a gateway that is not set up.
    const isOther = (path: Path, given: unknown) =>
      path[0] === "type" ||
      (type === "payment.attached" && path[0] !== "via" && Id.safeParse(given).success) ||
      ((type === "payment.notCreated" || (type === "checkout.began" && path[0] === "paymentId")) &&
        ["paymentId", "gateway"].includes(String(path[0])) &&
        Id.safeParse(given).success) ||
      isOtherBank(path, given);
    const faults = await tryAll(
      type,
      kind,
      async (event, n) => {
        const { paymentId, gateway } = event as { paymentId?: unknown; gateway?: unknown };
        // A payment is one order's.
        const isAPayment = type.startsWith("payment.") || type === "checkout.began";
        const own = paymentId === "a" && isAPayment ? { paymentId: `${type}-pays-${n}` } : {};
        const names = type === "payment.attached" || type === "payment.notCreated";
        const known = names && gateway === "a" ? { gateway: "resurs-mapi" } : {};
        const became = await submitted(place.engine, `${type}-${n}`, { ...(event as object), ...own, ...known });
        if ("refused" in became) return became;
        const example = { ...("paymentId" in own ? { paymentId } : {}), ...("gateway" in known ? { gateway } : {}) };
        return { kept: { ...(became.kept as object), ...example } };
      },
      { skip: (path, given) => isOther(path, given) || isForNoStore(kind, path, given) },
    );
    expect(faults).toEqual([]);
  });

  test("submit: its options", async () => {
    if (skipped !== null) return;
    const event = { type: "order.updated", by: "s", change: "c" } as const;
    const faults = await tryAll(
      "options",
      Submitting,
      async (options, n) => {
        const { wait: _, timeoutMs, ...given } = options as SubmitOptions;
        const wait = (options as SubmitOptions).wait === "durable" ? {} : { wait: (options as SubmitOptions).wait };
        const became = await submitted(place.engine, `options-${n}`, event, {
          ...given,
          ...wait,
          timeoutMs: timeoutMs as number,
        });
        if ("refused" in became) return { refused: became.refused.map((path) => path.replace("options.", "")) };
        return { kept: { ...(options as object), ...(became.kept as { $options: object }).$options } };
      },
      // Whoever leaves it out has one made up; one that is taken twice is a repeat.
      { skip: (path, given) => given === null && path[0] === "id" },
    );
    expect(faults).toEqual([]);
  });

  test("place: the order", async () => {
    if (skipped !== null) return;
    const withoutTolerance = PlacedFields.omit({ tolerance: true, child: true });
    const act = async (given: unknown, n: number): Promise<Became> => {
      const id = `placed-${n}`;
      try {
        await place.engine.place(id, withOwnPayments(given as NewOrder, n));
        const [entry] = await place.engine.queries.history(id);
        return {
          kept: entry?.event.type === "order.placed" ? asExample({ ...entry.event.order }, given as NewOrder) : {},
        };
      } catch (error) {
        return refusedBy(error, "order.");
      }
    };
    const skip = (path: Path, given: unknown) => isForNoStore(withoutTolerance, path, given);
    const faults = await tryAll("order", withoutTolerance, act, { skip });
    expect(faults).toEqual([]);
  });

  test("place: the order's id", async () => {
    if (skipped !== null) return;
    for (const given of HOSTILE) {
      const id = given as string;
      try {
        await place.engine.place(id, order(null, T0, { gateway: null }));
        expect((await place.engine.queries.read(id))?.orderId).toBe(id);
        expect((await place.engine.queries.list({ limit: 10_000 })).map(({ orderId }) => orderId)).toContain(id);
      } catch (error) {
        const paths = new Set((error as InvalidEvent).issues?.map(({ path }) => path));
        expect(paths, String(error)).toEqual(new Set(["orderId"]));
      }
    }
  });

  test("a gateway's answer", async () => {
    if (skipped !== null) return;
    const faults = await tryAll(
      "reading",
      Reading,
      async (given, n) => {
        const id = `read-${n}`;
        await place.engine.place(id, order(id, T0, { gateway: "own" }));
        // A payment is one order's.
        const isExample = (given as Reading).paymentId === "a";
        says = isExample ? { ...(given as Reading), paymentId: id } : given;
        await place.engine.submit(id, { type: "reconcile.asked" });
        await place.rest();
        const read = (await place.engine.queries.history(id)).find(({ event }) => event.type === "payment.read");
        if (read?.event.type === "payment.read")
          return { kept: { ...read.event.reading, ...(isExample ? { paymentId: "a" } : {}) } };
        const [effect] = await place.engine.queries.effectsOf(id);
        // Asked again later, and well formed from then on.
        says = { ...(exampleOf(Reading) as Reading), paymentId: id };
        return {
          refused: [/^not a valid answer: ([^:]+):/.exec(effect?.error ?? "")?.[1] ?? `nothing (${effect?.error})`],
        };
        // The name of an order that is known here, and has a payment of its own, is taken out of a reading.
      },
      {
        skip: (path, given) =>
          (path[0] === "orderReference" && Id.safeParse(given).success) || isForNoStore(Reading, path, given),
        // The bank says one thing at a time.
        atOnce: 1,
      },
    );
    expect(faults).toEqual([]);
  });

  test("HTTP: an order, a command, a callback", async () => {
    if (skipped !== null) return;
    const { fetch } = trusted({ engine: place.engine, limits: unlimited });
    const asked = async (path: string, body: unknown, headers = {}) => {
      const answer = await fetch(post(path, body, headers));
      return { status: answer.status, text: await answer.text() };
    };
    const issuesIn = (text: string): string[] => {
      const { error } = JSON.parse(text) as { error?: { issues?: { path: string | Path }[]; detail?: string } };
      const issues = error?.issues?.map(({ path }) => (Array.isArray(path) ? path.join(".") : path));
      return issues ?? [error?.detail?.split(":")[0] ?? text];
    };
    const asSent = (value: unknown): unknown => JSON.parse(asJson(value) ?? "null");
    const withoutTolerance = PlacedFields.omit({ tolerance: true, child: true });
    const sendOrder = async (given: unknown, n: number): Promise<Became> => {
      const sent = asSent(withOwnPayments(given as NewOrder, n + 10_000));
      const { status, text } = await asked("/orders", { orderId: `http-${n}`, order: sent });
      if (status === 400) return { refused: issuesIn(text).map((path) => path.replace(/^order\./, "")) };
      const [entry] = await place.engine.queries.history(`http-${n}`);
      const kept = entry?.event.type === "order.placed" ? { ...entry.event.order } : {};
      return { kept: asExample(kept, given as NewOrder) };
    };
    const skip = (path: Path, given: unknown) => isForNoStore(withoutTolerance, path, given);
    const placed = await tryAll("POST /orders", withoutTolerance, sendOrder, { skip });
    expect(placed).toEqual([]);
    for (const kind of kinds.filter((one) => ["order.updated", "merchant.refundedAmount"].includes(typeOf(one)))) {
      const faults = await tryAll(
        `POST /orders/:id/events, ${typeOf(kind)}`,
        kind,
        async (given, n) => {
          const id = `http-${typeOf(kind)}-${n}`;
          await place.engine.place(id, order(null, T0, { gateway: null }));
          const { status, text } = await asked(`/orders/${id}/events`, given, { "idempotency-key": "e" });
          if (status === 400) return { refused: issuesIn(text) };
          return { kept: (await place.engine.queries.history(id)).find(({ eventId }) => eventId === "e")?.event };
        },
        {
          skip: (path, given) => path[0] === "type" || isOtherBank(path, given) || isForNoStore(kind, path, given),
        },
      );
      expect(faults).toEqual([]);
    }
    await place.engine.place("http", order("pay-http", T0, { gateway: "resurs-mapi" }));
    const routes: [path: string, schema: z.ZodType][] = [
      ["/callbacks/resurs/authorization", Authorization],
      ["/callbacks/resurs/management", Management],
    ];
    for (const [path, schema] of routes) {
      const tell = async (given: unknown): Promise<Became> => {
        const sent = {
          ...(given as object),
          ...((given as { paymentId: unknown }).paymentId === "a" && { paymentId: "pay-http" }),
        };
        const { status, text } = await asked(path, sent);
        // Of a payment that is nobody's, nothing is kept.
        if (status === 400) return { refused: issuesIn(text) };
        const entry = (await place.engine.queries.history("http")).findLast(
          ({ event }) => event.type === "callback.received",
        );
        const claims = entry?.event.type === "callback.received" ? entry.event.claims : undefined;
        return { kept: status === 202 ? { ...(given as object), status: claims, action: claims } : given };
      };
      // All are told of one order, and looked for at its end.
      const skip = (at: Path, given: unknown) => isForNoStore(schema, at, given);
      const faults = await tryAll(path, schema, tell, { skip, atOnce: 1 });
      expect(faults).toEqual([]);
    }
  });

  test("and a hundred others went on", async () => {
    if (skipped !== null) return;
    await place.after(180_000);
    const waiting = HUNDRED.filter((id) => place.status(id) !== "processing");
    expect(waiting).toEqual([]);
    const rows = [];
    for (let after = ""; ; ) {
      const page = await place.engine.queries.list({ limit: 500, ...(after === "" ? {} : { after }) });
      rows.push(...page);
      if (page.length < 500) break;
      after = page.at(-1)?.orderId ?? "";
    }
    expect(rows.filter(({ orderId }) => orderId.startsWith("other-")).map(({ status }) => status)).toEqual(
      HUNDRED.map(() => "processing"),
    );
    let asked = 0;
    const run = place.engine.reconcile({ dryRun: true, freshMs: 0, perSecond: Number.POSITIVE_INFINITY });
    for await (const { orderId, outcome } of run) {
      if (!orderId.startsWith("other-")) continue;
      asked += 1;
      expect([orderId, outcome]).toEqual([orderId, "explained"]);
    }
    expect(asked).toBe(100);
    expect(await place.engine.queries.health()).toMatchObject({ ok: true, trouble: null, counts: { parked: 0 } });
  });
});

describe("doors 6: webhooks that are not the Merchant API's", () => {
  test.each([
    ["Nets", Webhook],
    ["the older flows", Legacy],
    ["a rejection in the frame", Rejected],
  ] as [string, z.ZodType][])("%s: each field is refused by name or read as it came", async (what, schema) => {
    const faults = await tryAll(what, schema, async (given) => {
      const read = schema.safeParse(given);
      if (!read.success) return { refused: read.error.issues.map(({ path }) => path.join(".")) };
      // Fields that nothing is done with are dropped.
      return { kept: read.data };
    });
    expect(faults).toEqual([]);
  });
});

/** A bank whose one answer has one hostile field. */
const answeringWith = (path: string, body: () => unknown) => async (url: string | URL | Request) =>
  String(url).includes(path) ? Response.json(body()) : Response.json({ access_token: "token", expires_in: 3599 });

describe("doors 6: the answers of banks and shops", () => {
  const clock = new VirtualClock(T0);
  const ID = "8b9dab18-e1fe-430e-891b-42edb89ba77a";
  let body: unknown;
  const way = { baseUrl: "https://bank.test", clock };
  const mapi = resursMapi({
    ...way,
    clientId: "c",
    clientSecret: "secret",
    fetch: answeringWith("/payments/", () => body),
  });
  const nets = netsEasy({ ...way, secretKey: "secret", fetch: answeringWith("/payments/", () => body) });

  /** Read as a reading that may be kept, or refused with a detail that may be. */
  const faultIn = (answer: ReadAnswer): string | null => {
    if (answer.kind === "ok") {
      const read = Reading.safeParse(answer.reading);
      return read.success ? null : `a reading that cannot be kept: ${read.error.issues[0]?.path.join(".")}`;
    }
    const detail = Text(500).safeParse(answer.detail);
    return detail.success && answer.detail !== "" ? null : `a detail that cannot be kept: ${asJson(answer.detail)}`;
  };

  test.each([
    ["resurs-mapi", ResursPayment, { id: ID }, mapi],
    ["nets-easy", NetsPayment, { payment: { paymentId: ID } }, nets],
  ] as [string, z.ZodType, object, Gateway][])("%s: getPayment", async (_name, schema, own, gateway) => {
    const faults: string[] = [];
    const example = merged(exampleOf(schema), own);
    expect(schema.safeParse(example).error).toBeUndefined();
    body = example;
    expect((await gateway.readPayment(ID)).kind).toBe("ok");
    for (const path of pathsOf(schema)) {
      for (const given of HOSTILE) {
        body = withField(example, path, given);
        const fault = faultIn(await gateway.readPayment(ID));
        if (fault !== null) faults.push(`${path.join(".")} = ${asJson(given).slice(0, 60)}: ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  });

  test("what a bank says of its trouble is kept as text, and cut between characters", async () => {
    for (const given of HOSTILE) {
      for (const message of [given, `${"x".repeat(280)}${"🍤".repeat(20)}`]) {
        const fetch = async () => Response.json({ code: given, message }, { status: 400 });
        const gateway = resursMapi({ ...way, clientId: "c", clientSecret: "secret", fetch });
        expect(faultIn(await gateway.readPayment(ID))).toBeNull();
      }
    }
  });

  test("WooCommerce: an order of the shop", async () => {
    const place = await Place.made();
    const example = {
      ...(exampleOf(WooOrder) as object),
      id: 7,
      currency: "SEK",
      payment_method: "resurs",
      status: "pending",
    };
    const faults: string[] = [];
    let n = 0;
    for (const path of pathsOf(WooOrder)) {
      for (const given of HOSTILE) {
        n += 1;
        const shop = wooShop({
          url: "https://shop.test",
          consumerKey: "ck_0123456789abcdef",
          consumerSecret: "cs_0123456789abcdef",
          clock,
          fetch: async () => Response.json(withField(example, path, given)),
        });
        const told = await shop.fetchOrder("7");
        if (told.kind === "trouble" && Text(500).safeParse(told.detail).success) continue;
        const what = `${path.join(".")} = ${asJson(given).slice(0, 60)}`;
        if (told.kind !== "ok") faults.push(`${what}: ${told.kind}`);
        else {
          const placed = placedOrder(told.body, { resurs: "resurs-mapi" }, {}, T0);
          const kept = await place.engine
            .place(`w-${n}`, { ...placed, gateway: null })
            .catch((error: unknown) => error);
          if (kept instanceof Error && !(kept instanceof InvalidEvent)) faults.push(`${what}: ${kept.message}`);
        }
      }
    }
    expect(faults).toEqual([]);
    // A plugin's metadata and a draft's date are no reason to lose an order.
    const odd = { meta_data: [{ id: 1, key: "plugin", value: "\ud800" }], date_created_gmt: "-0001-11-30T00:00:00" };
    const told = WooOrder.parse({ ...example, ...odd });
    await place.engine.place("odd", { ...placedOrder(told, {}, {}, T0), gateway: null });
    expect((await place.engine.queries.read("odd"))?.facts.order.createdAt).toBe(T0);
    await place.end();
  });
});

describe("doors 6: files", () => {
  test("CSV: an id that cannot be one is told with its row, and the rows beside it are carried out", () => {
    for (const given of HOSTILE.filter((one) => typeof one === "string")) {
      const quoted = `"${given.replaceAll('"', '""')}"`;
      const rows = rowsIn(`order_id,status\n1001,completed\n${quoted},completed\n1002,completed\n`);
      expect(rows.map(({ asks }) => "event" in asks)).toEqual([true, expect.any(Boolean), true]);
      const [, row] = rows;
      if (row !== undefined && "event" in row.asks) expect(Id.safeParse(row.orderId).success).toBe(true);
      else expect(row?.asks).toMatchObject({ wrong: expect.stringMatching(/order_id: must|names no order/) });
    }
  });

  test("CSV: bytes that are no UTF-8 are no order", () => {
    const text = Buffer.concat([Buffer.from("order_id,status\n"), Buffer.from([0xe5]), Buffer.from(",completed\n")]);
    expect(rowsIn(text.toString("utf8"))[0]?.asks).toEqual({ wrong: "order_id: must be UTF-8" });
  });

  test("JSON lines: each field is refused by name or decided", () => {
    const example = {
      order: { status: "pending" },
      payment: null,
      event: { type: "customer.return", page: "success" },
    };
    const faults: string[] = [];
    for (const path of pathsOf(DecideLine)) {
      for (const given of HOSTILE) {
        const line = withField(withParents(example, path), path, given);
        try {
          JSON.stringify(decideLine(line, {}, () => T0));
        } catch (error) {
          if (!(error instanceof BadLine)) faults.push(`${path.join(".")} = ${asJson(given).slice(0, 60)}: ${error}`);
        }
      }
    }
    expect(faults).toEqual([]);
  });
});
