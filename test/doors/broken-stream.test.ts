/** Row 6: a reconciliation that breaks off says so, and its exit code is not that of a run that came to its end. */
import { describe, expect, test } from "vitest";
import { httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import type { Reconciled, Runtime } from "../../src/ports/runtime.js";
import { StoreError } from "../../src/ports/store.js";
import { VirtualClock } from "../../src/testing/index.js";
import { cli } from "../cli/run.js";

const one: Reconciled = {
  orderId: "1001",
  before: "pending",
  after: "pending",
  outcome: "explained",
  why: "so",
  flags: [],
};
const broken = new StoreError("corrupt", "what is listed of order x is damaged\u001b[2J");

const engineThat = (run: () => AsyncGenerator<Reconciled>) =>
  ({ clock: new VirtualClock(0), gateways: [], reconcile: run }) as unknown as Runtime;

const breaking = () =>
  engineThat(async function* () {
    yield one;
    throw broken;
  });

describe("doors 6: a reconciliation that breaks off", () => {
  test("ends with an error line", async () => {
    const { fetch } = httpApp({ engine: breaking(), apiToken: "a token of the tests" });
    const headers = { authorization: "Bearer a token of the tests", "content-type": "application/json" };
    const answer = await fetch(
      new Request("http://shop.test/orders/reconcile", { method: "POST", headers, body: "{}" }),
    );
    const lines = (await answer.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      one,
      { error: { code: "broken-off", message: "what is listed of order x is damaged [2J" } },
    ]);
  });

  test.each([
    ["the engine's run threw", breaking(), /broke off after 1 orders: what is listed of order x is damaged/],
    [
      "it came to its end",
      engineThat(async function* () {
        yield one;
      }),
      null,
    ],
  ] as const)("and the command ends accordingly: %s", async (_what, engine, says) => {
    const token = "a token of the tests";
    const served = await listen(httpApp({ engine, apiToken: token }).fetch, { port: 0 });
    const ended = await cli(["reconcile", "--url", served.url, "--token", token, "--json"]);
    await served.close();
    expect(JSON.parse(ended.out)).toMatchObject({ explained: 1, orders: [one] });
    if (says === null) expect(ended).toMatchObject({ code: 0, err: "" });
    else {
      expect(ended.code).toBeGreaterThan(0);
      expect(ended.err).toMatch(says);
    }
  });

  test("also where the connection is cut in the middle of a line", async () => {
    const half = `${JSON.stringify(one)}\n{"orderId":"10`;
    const served = await listen(async () => new Response(half), { port: 0 });
    const ended = await cli(["reconcile", "--url", served.url, "--token", "t"]);
    await served.close();
    expect(ended.code).toBeGreaterThan(0);
    expect(ended.err).toMatch(/broke off after 1 orders/);
  });
});
