/** A record that another version of the machines wrote, and the metadata that another plugin wrote. */
import { beforeAll, describe, expect, test } from "vitest";
import { createMachine } from "xstate";
import { EARLIEST, type Registry, registry } from "../../machines/index.js";
import { paymentIdIn, rejectionMeta, rejectionsIn } from "../../src/core/metadata.js";
import { migrate, versionsKnown } from "../../src/core/migrate.js";
import type { OrderRecord } from "../../src/core/record.js";
import { structureHash } from "../../src/core/structure.js";
import { Life } from "../../src/testing/decision/life.js";
import { anOrder } from "../../src/testing/decision/samples.js";

const capturing = (): OrderRecord => {
  const life = new Life(anOrder({ status: "processing" }));
  life.settle({ type: "merchant.completed", via: "api" });
  return life.record;
};

const strange = (record: OrderRecord, states: Partial<OrderRecord["states"]>): OrderRecord => ({
  ...record,
  machine: { ...record.machine, hash: "0123456789abcdef" },
  states: { ...record.states, ...states },
});

describe("a record of another version", () => {
  let record: OrderRecord;
  beforeAll(() => {
    record = capturing();
  });
  const version = (machine: Partial<OrderRecord["machine"]>): OrderRecord => ({
    ...record,
    machine: { ...record.machine, ...machine },
  });
  const way = (from: number, to: number, renamed = {}) => ({ from, to, renamed });

  test("of today's machines is the same record", () => {
    const migrated = migrate(record, registry);
    expect("record" in migrated && migrated.record).toBe(record);
  });

  test.each([
    ["none", null, []],
    [
      "one that is awaited",
      { attempt: "a", since: 1, open: true, earlier: [], paymentId: "1001", gateway: "g", total: 5 },
      [{ attempt: "a", since: 1, answer: "awaited", paymentId: "1001", gateway: "g", total: 5 }],
    ],
    [
      "an answered one after another",
      { attempt: "b", since: 2, open: false, earlier: ["a"] },
      [
        { attempt: "a", since: 2, answer: "lost" },
        { attempt: "b", since: 2, answer: "came" },
      ],
    ],
  ])("4 keeps its tries to pay: %s", (_, checkout, tries) => {
    const { tries: none, payment, ...facts } = record.facts;
    expect(none).toEqual([]);
    const stored = {
      ...version({ version: 4 }),
      facts: { ...facts, payment: { ...payment, perhapsMadeFor: 5 }, checkout },
    };
    const migrated = migrate(stored as unknown as OrderRecord, registry);
    expect("record" in migrated && migrated.record.facts).toEqual({
      ...facts,
      payment: { ...payment, perhapsMadeFor: [5] },
      tries,
    });
  });

  test("of another structure that has the same states gets today's hash", () => {
    expect(migrate(strange(record, {}), registry)).toEqual({ record });
  });

  test("goes every step of its way, and its states get their new names", () => {
    const old = { ...version({ version: -1, hash: "x" }), states: { ...record.states, order: { taking: "begun" } } };
    const two = {
      ...registry,
      migrations: [way(-1, 0, { taking: "capturing" }), way(0, registry.version, { begun: "asked" })],
    };
    expect(migrate(old as OrderRecord, two)).toEqual({ record });
    const plain = { ...old, states: { ...old.states, order: "waits" } };
    const one = { ...registry, migrations: [way(-1, registry.version, { waits: "pending" })] };
    expect(migrate(plain as OrderRecord, one)).toMatchObject({ record: { states: { order: "pending" } } });
  });

  test.each<[string, () => OrderRecord, Registry, string]>([
    [
      "without a way",
      () => version({ version: 0 }),
      registry,
      `written by version 0 of the machines; there is no migration to ${registry.version}`,
    ],
    [
      "of another machine",
      () => version({ id: "toaster" }),
      registry,
      'written by the machine "toaster", not by "woocommerce-order"',
    ],
    [
      "in a strange state",
      () => strange(record, { order: "shipped" }),
      registry,
      'the order stands in "shipped", a state that no machine here knows',
    ],
    [
      "in a strange cooldown",
      () => strange(record, { cooldown: { a: "b" } }),
      registry,
      'the cooldown stands in {"a":"b"}, a state that no machine here knows',
    ],
    [
      "with a strange payment",
      () => strange(record, { payment: "gone" }),
      registry,
      'the payment stands in "gone", a state that no machine here knows',
    ],
    [
      "that is none",
      () => ({ ...record, flags: 5 }) as never,
      registry,
      "it is not a record: flags: Invalid input: expected array, received number",
    ],
    [
      "that is nothing",
      () => null as never,
      registry,
      "it is not a record: all of it: Invalid input: expected object, received null",
    ],
    [
      "without its facts",
      () => ({ ...record, facts: { order: {} } }) as never,
      registry,
      "it is not a record: facts.payment: Invalid input: expected object, received undefined",
    ],
  ])("%s is parked", (_which, stored, machines, parked) => {
    expect(migrate(stored(), machines)).toEqual({ parked });
  });

  test.each(["orderId", "version", "machine", "states", "facts", "flags", "timers"])(
    "without its %s is none",
    (part) => {
      expect(migrate({ ...record, [part]: undefined } as never, registry)).toMatchObject({
        parked: expect.stringMatching(`^it is not a record: ${part}: `),
      });
    },
  );

  test.each([
    "machine.id",
    "machine.version",
    "machine.hash",
    "states.order",
    "states.payment",
    "states.cooldown",
    "facts.order",
    "facts.payment",
  ])("without its %s is none", (path) => {
    const [outer = "", inner = ""] = path.split(".") as ["machine", string];
    const stored = { ...record, [outer]: { ...record[outer as "machine"], [inner]: undefined } };
    expect(migrate(stored as never, registry)).toMatchObject({
      parked: expect.stringContaining(`not a record: ${path}: `),
    });
  });

  test("migrated to what nobody knows is parked, though its hash is today's", () => {
    const lost = { ...registry, migrations: [way(0, registry.version, { capturing: "shipped" })] };
    expect(migrate(version({ version: 0 }), lost)).toEqual({
      parked: 'the order stands in {"shipped":"asked"}, a state that no machine here knows',
    });
  });

  test("is known where a way leads from it, over however many steps", () => {
    const { version } = registry;
    const migrations = [way(15, 16), way(12, version), way(13, 12), way(18, 19)];
    expect(versionsKnown({ ...registry, migrations })).toEqual([version, 12, 13]);
    expect(versionsKnown({ ...registry, migrations: [] })).toEqual([version]);
    expect(versionsKnown(registry)).toContain(1);
  });
});

describe("the structure's hash", () => {
  const made = (config: object): Registry => ({
    ...registry,
    flows: {},
    order: createMachine({ id: "order", initial: "a", states: { a: {} }, ...config }) as never,
  });
  const hash = (config: object = {}) => structureHash(made(config));

  test("is sixteen hexadecimal digits, and always the same", () => {
    expect(hash()).toMatch(/^[0-9a-f]{16}$/);
    expect(hash()).toBe(hash());
  });

  test.each([
    [{ a: 1 }, ["x", () => {}], "dd2bccb40f418fb0"],
    [5, 0, "0f3b50675221f5bd"],
  ])("is FNV-1a of what the machines are made of: %j, %j", (order, cooldown, hash) => {
    const payment = { id: "payment", config: null };
    const bare = { order: { id: "order", config: order }, cooldown: { id: "cooldown", config: cooldown } };
    const attempt = { id: "order", config: order };
    expect(structureHash({ ...registry, ...bare, attempt, flows: { bank: { payment } } } as never)).toBe(hash);
  });

  test("changes with a state, an event, a target, a guard, an action or a flag", () => {
    const others = [
      {},
      { states: { a: {}, b: {} } },
      { states: { a: { on: { go: {} } } } },
      { states: { a: { on: { go: { target: "a" } } } } },
      { states: { a: { on: { go: { target: "a", reenter: true } } } } },
      { states: { a: { on: { go: { target: "a", reenter: false } } } } },
      { states: { a: { on: { go: { target: "a", guard: "g" } } } } },
      { states: { a: { on: { go: [{ target: "a", guard: "g" }] } } } },
      { states: { a: { on: { go: { target: "a", actions: "g" } } } } },
    ].map(hash);
    expect(new Set(others).size).toBe(others.length);
  });

  test("does not change with the wording", () => {
    expect(hash({ states: { a: { meta: { says: "b" }, description: "c" } } })).toBe(hash());
    expect(hash({ meta: { says: "b" }, description: "c" })).toBe(hash());
    expect(hash({ states: { a: { exit: () => {} } } })).toBe(hash());
  });
});

describe("the shop's metadata", () => {
  const at = Date.parse("2022-06-27T10:00:00Z");

  test.each([
    ["a list of moments", { rco_rejected: [{ at: "2022-06-27T10:00:00.000Z", type: "deny" }] }, [{ at, type: "deny" }]],
    ["the older plugin's texts", { rco_rejected: ["fail (2022-06-27 10:00:00)"] }, [{ at, type: "fail" }]],
    ["a list in a list", { rco_rejected: [["deny (2022-06-27 10:00:00)"]] }, []],
    ["one text", { rco_rejected: "deny (2022-06-27 10:00:00)" }, [{ at, type: "deny" }]],
    ["texts that name no moment", { rco_rejected: ["deny (2022-13-45 10:00:00)", "deny", 5, null] }, []],
    [
      "a text with more around it",
      { rco_rejected: ["x deny (2022-06-27 10:00:00)", "deny (2022-06-27 10:00:00) x"] },
      [],
    ],
    ["another kind of rejection", { rco_rejected: [{ at: "2022-06-27T10:00:00Z", type: "shrug" }] }, []],
    ["that it happened once, at no known time", { rco_rejected_once: true }, [{ at: 7, type: "fail" }]],
    ["the same as a number", { rco_rejected_once: 1 }, [{ at: 7, type: "fail" }]],
    ["the same as a digit", { rco_rejected_once: "1" }, [{ at: 7, type: "fail" }]],
    ["the same as a word", { rco_rejected_once: "true" }, [{ at: 7, type: "fail" }]],
    ["that it never happened", { rco_rejected_once: "" }, []],
    [
      "once, with its time",
      { rco_rejected_once: true, rco_rejected: ["deny (2022-06-27 10:00:00)"] },
      [{ at, type: "deny" }],
    ],
    ["nothing", {}, []],
  ])("tells of rejections: %s", (_how, meta, rejections) => {
    expect(rejectionsIn(meta, 7)).toEqual(rejections);
  });

  test("is written so that it can be read again", () => {
    const rejections = [{ at, type: "deny" as const }];
    const meta = rejectionMeta(rejections, "no");
    expect(meta).toEqual({
      rco_rejected_once: true,
      rco_rejected: [{ at: "2022-06-27T10:00:00.000Z", type: "deny" }],
      rco_reject_message: "no",
    });
    expect(rejectionsIn(meta, 0)).toEqual(rejections);
    expect(Object.keys(rejectionMeta(rejections, null))).toEqual(["rco_rejected_once", "rco_rejected"]);
  });

  test.each([
    [{ resursReference: "2022_06-27a" }, "2022_06-27a"],
    [{ resursReference: "x".repeat(64) }, "x".repeat(64)],
    [{ resursReference: "x".repeat(65) }, null],
    [{ resursReference: "" }, null],
    [{ resursReference: "a b" }, null],
    [{ resursReference: 5 }, null],
    [{}, null],
  ])("names the payment: %j", (meta, id) => {
    expect(paymentIdIn(meta)).toBe(id);
  });

  test("is read when the order is placed", () => {
    const meta = { rco_rejected_once: "1", resursReference: "ref-1" };
    const { facts } = new Life(anOrder({ paymentId: null, meta, createdAt: EARLIEST })).record;
    expect([facts.order.rejections, facts.payment.id]).toEqual([[{ at: EARLIEST, type: "fail" }], "ref-1"]);
    expect(new Life(anOrder({ meta })).record.facts.payment.id).toBe("pay-1");
  });
});
