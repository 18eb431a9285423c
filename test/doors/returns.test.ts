/** Row 1 of the doors: what somebody can do who knows an order's number and nothing else. */
import { afterEach, describe, expect, test } from "vitest";
import { httpApp } from "../../src/adapters/http/app.js";
import { Place, unlimited } from "../engine/place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

const made = async () => {
  place = await Place.made();
  const world = place;
  const { fetch } = httpApp({ engine: world.engine, limits: unlimited, publicUrl: "https://engine.test" });
  const open = async (path: string) => {
    const answering = fetch(new Request(new URL(path, "https://engine.test")));
    await world.rest();
    const answer = await answering;
    return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() };
  };
  return { world, open };
};

const pages = ["success", "fail", "signing-landing", "signing-cancelled"];
const AWAY = "TASK_REDIRECTION_REQUIRED";

describe("doors 1: a return address without a proof", () => {
  test("40 order numbers walked with /fail while their customers are at the bank: none moves", async () => {
    const { world, open } = await made();
    const ids = Array.from({ length: 40 }, (_, n) => String(1100 + n));
    for (const id of ids) await world.order(id, { payment: AWAY });
    for (const id of ids) await open(`/returns/${id}/fail`);
    expect(ids.filter((id) => world.status(id) !== "pending")).toEqual([]);
    expect(ids.flatMap((id) => world.woo.order(id).notes)).toEqual([]);
  });

  test.each(pages)("/%s moves no order whose customer is at the bank, in any status that is open", async (page) => {
    const { world, open } = await made();
    const open_ = ["pending", "on-hold", "processing", "failed"] as const;
    for (const status of open_) await world.order(status, { payment: AWAY, status });
    for (const status of open_) await open(`/returns/${status}/${page}`);
    for (const status of open_) {
      expect(world.status(status)).toBe(status);
      expect((await world.engine.read(status))?.facts.order.customerReturnedAt).toBeNull();
    }
    expect(world.bank.calls).toEqual([]);
  });
});
