/** A listener, an observer or a log that throws is logged, and changes nothing. */
import { afterEach, describe, expect, test } from "vitest";
import { httpApp } from "../../src/http/app.js";
import type { Log } from "../../src/ports/log.js";
import { type Observer, unobserved } from "../../src/ports/observer.js";
import { Place, post, unlimited } from "../engine/place.js";

let place: Place | null = null;
let unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
process.on("unhandledRejection", note);

afterEach(async () => {
  await place?.end();
  place = null;
  const found = unhandled;
  unhandled = [];
  expect(found).toEqual([]);
});

const boom = (): never => {
  throw new Error("boom");
};
const rejects = () => Promise.reject(new Error("boom"));

/** A log that keeps what it is told. */
const kept = () => {
  const lines: { type: unknown; message: string }[] = [];
  const write = ({ type }: Record<string, unknown>, message: string) => void lines.push({ type, message });
  const log: Log = { debug: write, info: write, warn: write, error: write };
  return { log, lines };
};

/** The merchant completes a paid order: one reading, one capture, one change in the shop. */
const completes = async (options: NonNullable<Parameters<typeof Place.made>[0]>) => {
  place = await Place.made(options);
  await place.order("o", { status: "processing" });
  const receipt = await place.tell("o", { type: "merchant.completed", via: "api" });
  await place.rest();
  return { world: place, receipt };
};

const isRight = async ({ world, receipt }: Awaited<ReturnType<typeof completes>>) => {
  expect(receipt).toMatchObject({ outcome: "moved", to: "completed", final: true });
  expect(world.status("o")).toBe("completed");
  expect(world.bank.calls.map(({ op }) => op)).toEqual(["capture"]);
  expect(await world.engine.queries.effectsOf("o")).toEqual([]);
  expect((await world.engine.queries.read("o"))?.facts.operation).toBeNull();
};

describe("a listener that throws", () => {
  test.each<[string, () => unknown]>([
    ["at once", boom],
    ["later, as a promise", rejects],
    ["what is no error", () => Promise.reject("boom")],
    ["from what it returns", () => new Proxy({}, { get: boom })],
  ])(
    "%s: the decision is committed, whoever waits is answered, the effect is carried out once",
    async (_how, throws) => {
      const { log, lines } = kept();
      const lived = await completes({ log, onDecision: () => throws() as undefined });
      await isRight(lived);
      expect(lines.some(({ type }) => type === "onDecision")).toBe(true);
    },
  );

  test("only sometimes: it hears the next decision all the same", async () => {
    const heard: number[] = [];
    await isRight(
      await completes({
        onDecision: ({ seq }) => {
          heard.push(seq);
          if (seq % 2 === 1) boom();
        },
      }),
    );
    expect(heard).toEqual(heard.map((_, i) => i + 1));
  });
});

type Breaks = [string, (told: Observer) => Partial<Observer>];

/** Each way of an observer to fail around what it wraps. */
const around: [string, (make: () => Promise<unknown>) => unknown][] = [
  ["throws before the call", () => boom()],
  ["rejects before the call", () => rejects()],
  ["throws after the call", (make) => make().then(boom)],
  ["calls twice", (make) => make().then(make)],
  ["hands back something else", (make) => make().then(() => ({ kind: "retry", notBefore: 0, error: "made up" }))],
  ["never ends", (make) => make().then(() => new Promise(() => {}))],
  ["calls late", (make) => new Promise((resolve) => setTimeout(resolve, 5)).then(make)],
];

const wrapping = ["receive", "attempt", "call"] as const;
const broken: Breaks[] = [
  ...around.flatMap(([how, act]) =>
    wrapping.map((name): Breaks => {
      const member = (...args: unknown[]) => act(() => (args.at(-1) as (mark: unknown) => Promise<unknown>)(null));
      return [`${name} ${how}`, () => ({ [name]: member }) as Partial<Observer>];
    }),
  ),
  ...(["watch", "decided", "leaseLost", "turnedAway", "admission"] as const).flatMap((name): Breaks[] => [
    [`${name} throws`, () => ({ [name]: boom })],
    [`${name} rejects`, () => ({ [name]: rejects as () => never })],
    [`there is no ${name}`, () => ({ [name]: undefined }) as never],
  ]),
];

describe("an observer of which", () => {
  test.each(broken)("%s: the same happens as without it, and money moves once", async (_how, breaks) => {
    const { log, lines } = kept();
    const observer: Observer = { ...unobserved, ...breaks(unobserved) };
    const lived = await completes({ log, observer });
    await isRight(lived);
    expect(lines.every(({ message }) => !/carrying out an effect threw|could not be stored/.test(message))).toBe(true);
  });

  test("every part throws: it is said in the log, once for each time", async () => {
    const { log, lines } = kept();
    const observer = new Proxy(unobserved, { get: () => boom });
    await isRight(await completes({ log, observer }));
    for (const name of ["watch", "receive", "attempt", "call", "decided"])
      expect(lines.some(({ type }) => type === `observer.${name}`)).toBe(true);
  });

  test("every part throws: the door answers as it would without it", async () => {
    const observer = new Proxy(unobserved, { get: () => boom });
    const { world } = await completes({ observer });
    const app = httpApp({ engine: world.engine, apiToken: null, limits: unlimited, observer, log: kept().log });
    const sent = post("/callbacks/resurs/authorization", { paymentId: "pay-o", status: "AUTHORIZED" });
    expect((await app.fetch(sent)).status).toBe(202);
    const stray = post("/callbacks/resurs/authorization", { paymentId: "nobody's", status: "AUTHORIZED" });
    expect((await app.fetch(stray)).status).toBe(404);
  });
});

describe("a log that", () => {
  test.each<[string, () => unknown]>([
    ["throws", boom],
    ["rejects", rejects],
    ["has no such method", undefined as never],
    ["throws what is no error", () => Promise.reject("boom")],
  ])("%s: what it was to be told of goes on", async (_how, write) => {
    const log = { debug: write, info: write, warn: write, error: write } as Log;
    const lived = await completes({ log, onDecision: boom, observer: { ...unobserved, decided: boom } });
    await isRight(lived);
    // An effect that the shop refuses is logged: the next one is carried out.
    const { world } = lived;
    await world.order("p", { faults: { capture: "http-403" }, status: "processing" });
    expect(await world.tell("p", { type: "merchant.completed", via: "api" })).toMatchObject({ final: true });
  });
});
