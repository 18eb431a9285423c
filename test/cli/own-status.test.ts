/** The shop's own statuses at the command line: what the engine was told of is taken where one of the eight is. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { httpApp } from "../../src/http/app.js";
import { listen, type Served } from "../../src/http/serve.js";
import { Place } from "../engine/place.js";
import { cli } from "./run.js";
import { unsetConfig } from "./unset-config.js";

let place: Place;
let served: Served;
let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "own-status-"));
  const shop = { execute: async () => ({ kind: "done" as const }), readStatus: async () => null };
  place = await Place.made({ shop, statuses: { picking: "processing", packed: "processing", delivered: "completed" } });
  served = await listen(httpApp({ engine: place.engine, apiToken: null }).fetch);
  await place.order("1", { status: "processing" });
});
afterAll(async () => {
  await served.close();
  await place.end();
  await rm(cwd, { recursive: true, force: true });
});

const at = (...args: string[]) => cli([...args, "--url", served.url], { cwd });

test("asked about and sent", async () => {
  expect(await at("send", "1", "picking")).toMatchObject({ code: 0, out: "Order is now Processing (picking).\n" });
  expect(await at("can", "1", "wc-packed")).toMatchObject({
    code: 0,
    out: "Yes. The order becomes Processing (packed).\n",
  });
  expect((await place.engine.queries.read("1"))?.facts.order).toMatchObject({ status: "processing", child: "picking" });
  expect(place.bank.calls).toEqual([]);
});

test("applied out of a file, and shown", async () => {
  await writeFile(join(cwd, "erp.csv"), "order_id,status\n1,delivered\n1,shipped\n");
  expect((await at("apply", "erp.csv")).out).toMatch(/^1 done, .* 1 wrong;/);
  const told = await readFile(join(cwd, "erp.result.csv"), "utf8");
  expect(told).toContain('""shipped"" is not a status that a merchant can set');
  expect(place.bank.books("pay-1")).toMatchObject({ captured: 1000 });
  expect((await at("show", "1")).out).toMatch(/^Order 1 {2}Completed \(delivered\)/);
  expect((await at("why", "1")).out).toContain('In the shop it is "delivered".');
});

test("a word that is no status either is told with those that there are", async () => {
  const { code, out, err } = await at("send", "1", "zzzzzzzz");
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(
    /^order-status: unknown event "zzzzzzzz"; "zzzzzzzz" is none of [^\n]+picking, packed, delivered\n$/,
  );
  expect((await at("can", "1", "complet")).err).toBe(
    'order-status: unknown event "complet"; did you mean completed?\n',
  );
});

test("drawn inside of their parents, out of a configuration too, whose secrets need not be there", async () => {
  await writeFile(join(cwd, "shop.config.ts"), unsetConfig('statuses: { delivered: "completed" }'));
  const { out } = await cli(["draw", "--config", "shop.config.ts", "--status", "picking=processing"], { cwd });
  expect(out).toContain('state "picking" as processing_picking');
  expect(out).toContain('state "delivered" as completed_delivered');
  const refused = await cli(["draw", "--status", "completed=processing"], { cwd });
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("statuses.completed: is one of the eight") });
});
