/** A state in Restate that cannot be read: no list of the others stops at it. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { Admin, unfinishedIn } from "../../src/runtime/restate/admin.js";
import { namesFor } from "../../src/runtime/restate/names.js";
import { isReadable, nothing, type OrderState } from "../../src/runtime/restate/state.js";
import { effectOf, eventOf } from "../../src/testing/contracts/store/sample.js";

const well = { orderId: "well", status: "pending", state: "s", version: 1, updatedAt: 5, flags: [], parked: null };
const zeros = { waitingEffects: 1, deadEffects: 0, waitingEvents: 0, deadEvents: 0, timers: 0 };
const summary = { ...well, ...zeros, oldestEffectAt: 5, oldestEventAt: null, nextTimerAt: null };

const broken = ['{"half', "[]", "null", '{"orderId":7,"flags":[]}', '{"orderId":"sick","flags":"none"}'];
const rows = [...broken.map((value, i) => [`sick${i}`, value]), ["well", JSON.stringify(summary)]].map(
  ([service_key, value_utf8]) => ({ service_key, value_utf8 }),
);
const server = createServer((_, response) => response.end(JSON.stringify({ rows }))).listen(0, "127.0.0.1");
afterAll(() => server.close());
const admin = () => new Admin(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, namesFor("orders"));

test("lists, counts and what is unfinished go on with all others, and the damaged ones are named", async () => {
  expect(await admin().list({ limit: 9 })).toEqual([well]);
  expect(await admin().withWork(9)).toEqual(["well"]);
  expect(await admin().counts()).toMatchObject({ orders: 1, damaged: broken.length });
  expect(await admin().damaged()).toEqual(broken.map((_, i) => `sick${i}`));
});

test("a state that is none is told from one that is", () => {
  const row = {
    ...effectOf("well", 1, 0),
    createdAt: 5,
    attempts: 1,
    error: null,
    dead: false,
    underWay: false,
    armed: false,
  };
  const state: OrderState = { ...nothing, effects: [row], inbox: [eventOf("well", "late")] };
  expect([isReadable(nothing), isReadable(state)]).toEqual([true, true]);
  const bad = [
    {},
    { ...state, effects: "none" },
    { ...state, effects: [null] },
    { ...state, inbox: [{ envelope: 7 }] },
    { ...state, held: null },
  ];
  for (const one of bad) expect([one, isReadable(one as never)]).toEqual([one, false]);
  const { openEffects, waitingEvents } = unfinishedIn([...(bad as never[]), state], 9);
  expect([openEffects.map(({ id }) => id), waitingEvents.length]).toEqual([["well:1:0"], 1]);
});
