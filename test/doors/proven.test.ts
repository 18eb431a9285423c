/** Requests with a genuine proof, by the thousand: a customer's link and a leaked address cost nobody else anything. */
import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { addressKeys, urlsFor } from "../../src/http/app.js";
import { callbackPath, type Doors, doors, key, told } from "./place.js";

const open: Doors[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.end();
});

type Options = NonNullable<Parameters<typeof doors>[0]>;
/** What all together may send is small here, so that a flood of a few hundred is one. */
const stage = async (options: Options = {}, more: string[] = []): Promise<Doors> => {
  const limits = { provenTotal: { burst: 100, perSecond: 50 }, ...options.limits };
  const made = await doors({ callbackKeys: [key], ...options, limits }, { more });
  open.push(made);
  return made;
};

const elsewhere = (n: number) => `2001:db8:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::1`;
const others = Array.from({ length: 25 }, (_, n) => `b${n}`);
const statuses = async (answers: Promise<Response>[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
const reported = ({ from }: Doors, ids: string[]) =>
  statuses(ids.map((id) => from("203.0.113.5", callbackPath(id), { method: "POST", body: told(`pay-${id}`) })));

const genuine = async ({ world }: Doors, id: string): Promise<string> => {
  const keys = await addressKeys(world.engine, [key]);
  const urls = urlsFor("http://engine.test", id, "resurs-mapi", keys, `pay-${id}`);
  return new URL(urls.failUrl).pathname;
};

describe("a genuine return link, opened again and again", () => {
  it.each([
    ["from one address", () => "198.51.100.7", 1],
    ["from everywhere", elsewhere, 1],
    ["of sixty orders, from one address", () => "198.51.100.7", 60],
    ["of sixty orders, from everywhere", elsewhere, 60],
  ] as const)("%s: each callback of the bank is taken", async (_, address, links) => {
    const made = await stage();
    for (const id of others) await made.world.order(id, { payment: "TASK_REDIRECTION_REQUIRED" });
    const mine = Array.from({ length: links }, (__, n) => `m${n}`);
    for (const id of mine) await made.world.order(id, { payment: "TASK_REDIRECTION_REQUIRED" });
    const paths = await Promise.all(mine.map((id) => genuine(made, id)));
    const flood = Array.from({ length: 1500 }, (__, n) => made.from(address(n), paths[n % links] as string));
    expect(await reported(made, others)).toEqual({ 202: 25 });
    const settled = statuses(flood);
    await made.world.rest();
    const counts = await settled;
    expect(counts[429]).toBeGreaterThan(400);
    // Nor does the flood cost the customers of other orders more than a share of their own.
    expect(await reported(made, others)).toEqual({ 202: 25 });
  });

  it("costs one source its share, and not the customers elsewhere", async () => {
    const made = await stage();
    const ids = Array.from({ length: 80 }, (_, n) => `m${n}`);
    for (const id of ids) await made.world.order(id, { payment: "TASK_REDIRECTION_REQUIRED" });
    const paths = await Promise.all(ids.map((id) => genuine(made, id)));
    const flood = statuses(paths.map((path) => made.from("198.51.100.7", path)));
    const elsewhereToo = statuses(paths.slice(60).map((path, n) => made.from(elsewhere(n), path)));
    await made.world.rest();
    expect(await flood).toEqual({ 200: 50, 429: 30 });
    expect(await elsewhereToo).toEqual({ 200: 20 });
  });

  it("a customer who reloads his page twenty times is answered each time", async () => {
    const made = await stage();
    await made.world.order("m", { payment: "TASK_REDIRECTION_REQUIRED" });
    const path = await genuine(made, "m");
    const answers = statuses(Array.from({ length: 20 }, () => made.from("198.51.100.7", path)));
    await made.world.rest();
    expect(await answers).toEqual({ 200: 20 });
  });
});

describe("an address of the bank's own that leaked", () => {
  it("costs its order its limit, and no other order anything", async () => {
    const made = await stage();
    for (const id of ["m", ...others]) await made.world.order(id);
    const flood = Array.from({ length: 500 }, (_, n) =>
      made.from(elsewhere(n), callbackPath("m"), { method: "POST", body: told("pay-m", { n }) }),
    );
    expect(await reported(made, others)).toEqual({ 202: 25 });
    expect((await statuses(flood))[429]).toBeGreaterThanOrEqual(450);
  });

  it("of the older flows, with its digest, costs no other payment anything", async () => {
    const salt = "a salt of the older flows";
    const resursDigest = { algorithm: "SHA1" as const, salts: [salt] };
    const made = await stage({ resursDigest }, ["resurs-simplified"]);
    const path = (id: string) => {
      const digest = createHash("sha1").update(`pay-${id}${salt}`).digest("hex").toUpperCase();
      return `/callbacks/resurs/legacy/UPDATE?paymentId=pay-${id}&digest=${digest}`;
    };
    for (const id of ["m", ...others]) await made.world.order(id, { gateway: "resurs-simplified" });
    const flood = statuses(Array.from({ length: 500 }, (_, n) => made.from(elsewhere(n), path("m"))));
    expect(await statuses(others.map((id) => made.from("203.0.113.5", path(id))))).toEqual({ 202: 25 });
    expect((await flood)[429]).toBeGreaterThanOrEqual(450);
  });
});
