import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { bankHas, Place } from "../engine/place.js";
import { cli } from "./run.js";

let place: Place;
let url: string;
let close: () => Promise<unknown>;

beforeEach(async () => {
  place = await Place.made();
  const served = await listen(httpApp({ engine: place.engine, apiToken: null }).fetch);
  url = served.url;
  close = () => served.close();
  await place.order("1", { status: "processing" });
});
afterEach(async () => {
  await close();
  await place.end();
});

test("what reconcile is told wrong is said in one plain line", async () => {
  const ended = await cli(["reconcile", "--since", "200000w", "--url", url]);
  expect(ended).toMatchObject({ code: 2, out: "" });
  expect(ended.err).toMatch(/^order-status: the engine rejected this request: [^{}\n]+\n$/);
});

const send = (...args: string[]) => cli(["send", ...args, "--url", url]);
const events = async () => (await place.engine.queries.history("1")).map(({ event }) => event.type);
const calls = () => place.bank.calls.map(({ op, amount }) => [op, amount]);
const has = (amounts: object) => bankHas(place.bank, "pay-1", "ACCEPTED", undefined, amounts);
const captured = { authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND", "PARTIAL_REFUND"] };

describe("send", () => {
  test("a status, in a word", async () => {
    expect(await cli(["can", "1", "on-hold", "--url", url])).toMatchObject({
      code: 0,
      out: "Yes. The order becomes On hold.\n",
    });
    await send("1", "reconcile");
    expect(await cli(["can", "1", "completed", "--url", url])).toMatchObject({
      code: 0,
      out: "Yes. This captures 1,000.00 SEK. The order becomes Completed once the bank confirms.\n",
    });
    expect(await send("1", "completed")).toMatchObject({
      code: 0,
      out: "Captured 1,000.00 SEK. Order is now Completed.\n",
    });
    expect([place.status("1"), calls()]).toEqual(["completed", [["capture", 1000]]]);
  });

  test.each([
    [["refund", "50.00"], [["refund", 50]]],
    [["refund", "50,5"], [["refund", 50.5]]],
    [["refund"], [["refund", 1000]]],
    [["wc-refunded"], [["refund", 1000]]],
    [['{"type":"merchant.refundedAmount","amount":5000}'], [["refund", 50]]],
  ])("a refund: %j", async (words, made) => {
    has(captured);
    const { code, out } = await send("1", ...words);
    expect(code).toBe(0);
    expect(out).toMatch(/^Refunded [\d,]+\.\d\d SEK\. Order is (?:still Processing|now Refunded)\.\n$/);
    expect(calls()).toEqual(made);
  });

  test("the rest of a payment that was captured in part is released", async () => {
    has({ authorizedAmount: 600, capturedAmount: 400, possibleActions: ["CAPTURE", "CANCEL", "REFUND"] });
    expect(await send("1", "release")).toMatchObject({
      code: 0,
      out: "Released 600.00 SEK. Order is still Processing.\n",
    });
    expect(calls()).toEqual([["cancel", 600]]);
    expect(await send("1", "release")).toMatchObject({ code: 3, out: expect.stringContaining("nothing-to-release") });
  });

  test("a payment that was authorised anew is attached, and is asked about first", async () => {
    bankHas(place.bank, "pay-1", "REJECTED");
    bankHas(place.bank, "pay-9");
    expect(await send("1", "attach", "pay-9", "--json")).toMatchObject({ code: 0 });
    expect((await place.engine.queries.read("1"))?.facts.payment.id).toBe("pay-9");
    bankHas(place.bank, "pay-8", "REJECTED");
    const no = await send("1", "attach", "pay-8", "resurs-mapi");
    expect([no.code, no.out]).toEqual([3, expect.stringContaining("not-paid")]);
  });

  test("a dry run changes nothing and says what would become of it", async () => {
    await send("1", "reconcile");
    const before = await events();
    const dry = await send("1", "completed", "--dry-run", "--json");
    expect([dry.code, JSON.parse(dry.out)]).toEqual([0, expect.objectContaining({ allowed: true, to: "completed" })]);
    expect(await send("1", "refund", "10", "--dry-run")).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^No\. [A-Z].* \([a-z-]+\)\n$/),
    });
    expect([await events(), calls()]).toEqual([before, []]);
  });

  test("under an id it is sent once, however often", async () => {
    has(captured);
    const once = ["1", "refund", "50", "--id", "refund-7"];
    expect((await send(...once)).code).toBe(0);
    expect((await send(...once)).out).toBe(
      "Refunded 50.00 SEK. Order is still Processing. (Sent before, under this id: nothing was done again.)\n",
    );
    const again = await send(...once, "--json");
    expect([again.code, JSON.parse(again.out)]).toEqual([0, expect.objectContaining({ repeated: true })]);
    expect(calls()).toEqual([["refund", 50]]);
  });

  test("what changes nothing is told so", async () => {
    const same = await send("1", "processing");
    expect([same.code, same.out]).toEqual([0, expect.stringMatching(/^No change\. .*\(same-status\)/)]);
  });

  test.each([
    [["1", "sideways"], 2, "sideways"],
    [["1", "refund", "5.001"], 2, "5.001"],
    [["1", "completed", "now"], 2, "now"],
    [["1", "attach"], 2, "attach"],
    [["1", '{"type":"payment.read"}'], 2, "payment.read"],
    [["1", '{"type":'], 2, "type"],
    [["2", "completed"], 3, "2"],
  ])("wrong use: %j ends with %i", async (args, code, says) => {
    const ended = await send(...args);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(says)]);
    expect(await events()).toEqual(["order.placed"]);
  });

  test("the answer before the click takes the same words", async () => {
    has(captured);
    await send("1", "reconcile");
    expect(await cli(["can", "1", "refund", "50", "--url", url])).toMatchObject({ code: 0 });
    expect(await cli(["can", "1", "release", "--url", url])).toMatchObject({ code: 3 });
  });

  test("help names the words and shows examples", async () => {
    const { out, code } = await cli(["send", "--help"]);
    expect(code).toBe(0);
    for (const word of ["refund 50.00", "attach", "release", "--dry-run", "--id", "--json"])
      expect(out).toContain(word);
  });
});
