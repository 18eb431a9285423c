/** `apply`: what a dry run says, which amounts and files are taken, and where a row stands in its file. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { amountIn } from "../../src/cli/lib/amount.js";
import { rowsIn } from "../../src/cli/lib/erp-file.js";
import { httpApp } from "../../src/http/app.js";
import { listen, type Served } from "../../src/http/serve.js";
import { Place } from "../engine/place.js";
import { cli } from "./run.js";

let place: Place;
let served: Served;
let folder: string;
beforeAll(async () => {
  place = await Place.made();
  served = await listen(httpApp({ engine: place.engine, apiToken: null }).fetch);
  folder = await mkdtemp(join(tmpdir(), "apply-"));
  for (const id of ["1", "2"]) {
    await place.order(id, { status: "processing" });
    await place.tell(id, { type: "reconcile.asked" });
  }
  const captured = { authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND", "PARTIAL_REFUND"] };
  await place.order("paid", { status: "completed", amounts: captured });
  await place.tell("paid", { type: "reconcile.asked" });
}, 120_000);
afterAll(async () => {
  await served?.close();
  await place?.end();
  await rm(folder, { recursive: true, force: true });
});

const apply = async (text: string, ...more: string[]) => {
  const file = join(folder, "erp.csv");
  await writeFile(file, text);
  const ended = await cli(["apply", file, "--url", served.url, ...more]);
  const written = await readFile(join(folder, "erp.result.csv"), "utf8").catch(() => "");
  await rm(join(folder, "erp.result.csv"), { force: true });
  return { ...ended, rows: parse(written, { columns: true }) as Record<string, string>[] };
};

describe("a dry run", () => {
  const text = "order_id,status\n1,completed\n1,completed\n2,on-hold\n2,processing\nnobody,completed\n";

  it("says what would be done, row by row, and counts an order once", async () => {
    const { code, out, rows } = await apply(text, "--dry-run");
    expect(out).toMatch(
      /^Dry run: 2 would be done, 2 depend on an earlier row, 0 no-op, 0 refused, 0 waiting, 1 wrong; written to /,
    );
    expect(code).toBe(3);
    const earlier = (line: number) => `line ${line} would change this order first, so only a real run can tell`;
    expect(rows.map(({ line, outcome, reason, says }) => [line, outcome, reason, says])).toEqual([
      ["2", "would-be-done", "", "This captures 1,000.00 SEK. The order becomes Completed once the bank confirms."],
      ["3", "depends", "", earlier(2)],
      ["4", "would-be-done", "", "The order becomes On hold."],
      ["5", "depends", "", earlier(4)],
      ["6", "error", "", "there is no order nobody"],
    ]);
    expect(place.bank.calls).toEqual([]);
  });

  it("says so in JSON, too", async () => {
    const { out } = await apply(text, "--dry-run", "--json");
    expect(JSON.parse(out)).toMatchObject({ dryRun: true, wouldBeDone: 2, depends: 2, done: 0, errors: 1 });
    expect(JSON.parse((await apply("order_id,status\n2,processing\n", "--json")).out)).toMatchObject({
      dryRun: false,
      noop: 1,
    });
  });
});

describe("a run that broke off", () => {
  /** An engine that notes the keys of its events, and may go away before one of them. */
  const engineThat = async () => {
    const engine = { keys: [] as unknown[], breaksAt: 0, url: "" };
    const server = createServer((request, response) => {
      const answer = (body: object) => response.setHeader("content-type", "application/json").end(JSON.stringify(body));
      const moved = { outcome: "moved", reason: null, rule: null, to: "completed" };
      if (request.url?.endsWith("/can")) return answer({ ...moved, allowed: true, effects: [], flags: [], readAt: 0 });
      if (!request.url?.endsWith("/events")) return response.writeHead(404).end("{}");
      if (engine.keys.length + 1 === engine.breaksAt) return request.socket.destroy();
      engine.keys.push(request.headers["idempotency-key"]);
      return answer({ ...moved, final: true });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    engine.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    engines.push(server);
    return engine;
  };
  const engines: Server[] = [];
  afterAll(() => engines.map((one) => one.close()));

  it.each([
    ["goes on where it was", "nothing"],
    ["goes on where it was, though a dry run came between", "a dry run"],
    ["begins anew at another engine, which knows nothing of it", "another engine"],
  ])("%s", async (_what, between) => {
    const file = join(folder, "broken.csv");
    await writeFile(file, "order_id,status\n1,completed\n2,completed\n3,completed\n4,completed\n");
    const [engine, other] = [await engineThat(), await engineThat()];
    const go = ({ url }: typeof engine, ...more: string[]) =>
      cli(["apply", file, "--url", url, "--at-once", "1", ...more]);
    engine.breaksAt = 3;
    expect((await go(engine)).code).toBe(1);
    expect(engine.keys).toHaveLength(2);
    engine.breaksAt = 0;
    if (between === "a dry run") expect((await go(engine, "--dry-run")).out).toContain("4 would be done");
    const { out, code } = await go(between === "another engine" ? other : engine);
    expect(out).toMatch(/^4 done/);
    expect(code).toBe(0);
    const sent = [engine.keys, other.keys].map((keys) => keys.map((key) => String(key).split("-").at(-1)));
    const rest = ["4", "5"];
    expect(sent).toEqual(
      between === "another engine"
        ? [
            ["2", "3"],
            ["2", "3", ...rest],
          ]
        : [["2", "3", ...rest], []],
    );
    await rm(join(folder, "broken.result.csv.part"), { force: true });
  });
});

describe("amounts", () => {
  it.each([
    ["50", 5000],
    ["99.5", 9950],
    ["99,50", 9950],
    ["1 000,00", 100_000],
    ["1\u00a0000,00", 100_000],
    ["1\u202f000", 100_000],
    ["1'000.00", 100_000],
    ["1’000’000.50", 100_000_050],
    ["1.000,00", 100_000],
    ["1,000.00", 100_000],
    ["1,000,000.00", 100_000_000],
  ])("%s is read", (text, minor) => expect(amountIn(text, "SEK")).toBe(minor));

  it.each([
    "",
    "1.000",
    "1,000",
    "1 00",
    "10 00,00",
    "1 000'000",
    "1.00,00",
    "1e3",
    "0x10",
    "-1",
    "12345678901",
    "5.001",
  ])("%j is not", (text) => expect(amountIn(text, "SEK")).toBeNull());

  it.each([
    ["1500", "JPY", 1500],
    ["1500.00", "JPY", 1500],
    ["1 500", "JPY", 1500],
    ["1,500", "JPY", 1500],
    ["1.500", "jpy", 1500],
    ["1.500,00", "JPY", 1500],
    ["1500.5", "JPY", null],
    ["1500.50", "JPY", null],
    ["12.345", "KWD", 12_345],
    ["12.3", "KWD", 12_300],
    ["12", "KWD", 12_000],
    ["0,500", "KWD", 500],
    ["1234,567", "KWD", 1_234_567],
    ["1,234.567", "KWD", 1_234_567],
    ["1.234,567", "KWD", 1_234_567],
    ["1 234,567", "KWD", 1_234_567],
    ["12,345", "KWD", null],
    ["12.3456", "KWD", null],
    ["12.3456", "CLF", 123_456],
  ])("%s is read in %s as %j", (text, currency, minor) => expect(amountIn(text, currency)).toBe(minor));

  const wrongOf = (status: string, amount: string) => {
    const [row] = rowsIn(`order_id;status;amount\n1;${status};${amount}\n`);
    return row !== undefined && "wrong" in row.asks ? row.asks.wrong : null;
  };

  it("of another status are told apart from those that cannot be read", () => {
    expect(wrongOf("completed", "100")).toBe('an amount goes with refunded only; leave it out for "completed"');
    expect(wrongOf("refunded", "1.000")).toBe(
      '"1.000" is not a clear amount; write a number such as 1000, 1000.00 or 1 000,00',
    );
    expect(wrongOf("refunded", "0")).toBe('"0" is no amount to refund; use one above 0');
    expect(wrongOf("refunded", "1 000,00")).toBeNull();
  });

  it("that are a part of it name the command that refunds a part", async () => {
    const { rows, code } = await apply(
      "order_id;status;amount\npaid;refunded;1,000.00\npaid;refunded;10,00\n",
      "--dry-run",
    );
    expect(code).toBe(0);
    expect(rows.map(({ outcome }) => outcome)).toEqual(["would-be-done", "depends"]);
    const part = await apply("order_id;status;amount\npaid;refunded;10,00\n");
    expect(part.rows[0]).toMatchObject({ outcome: "refused", reason: "partial-refund-not-supported" });
    expect(part.rows[0]?.says).toBe(
      "The status Refunded pays everything back; for a part use: order-status send paid refund 10.00",
    );
  });

  test("of send are the same", async () => {
    const { code, out } = await cli(["send", "paid", "refund", "1 000,00", "--dry-run", "--url", served.url]);
    expect([code, out]).toEqual([0, expect.stringContaining("This refunds 1,000.00 SEK.")]);
  });
});

describe("a file", () => {
  it.each([
    ["", /^order-status: .*erp\.csv is empty; its first line names the columns order_id and status/],
    ["order_id,status\n", /^order-status: .*erp\.csv has no rows after its first line$/],
    ["\uFEFForder_id,status\r\n\r\n", /^order-status: .*erp\.csv has no rows after its first line$/],
  ])("%j is wrong usage, and nothing is written", async (text, says) => {
    const { code, out, err, rows } = await apply(text);
    expect([code, out, rows]).toEqual([2, "", []]);
    expect(err.trimEnd()).toMatch(says);
  });

  it("has its lines counted as an editor does", () => {
    const text = 'order_id,status\r\n\r\n1,completed\r\n"a\r\nb",completed\r\n\r\n2,completed\r\n3';
    expect(rowsIn(text).map(({ line }) => line)).toEqual([3, 4, 7, 8]);
    expect(rowsIn("order_id\tstatus\n1\tcompleted\n2\tcompleted").map(({ line }) => line)).toEqual([2, 3]);
  });

  it("has an example in the help", async () => {
    const { out } = await cli(["apply", "--help"]);
    expect(out).toContain("order_id;status;amount\n  1001;completed;\n  1002;refunded;1 299,00\n");
  });
});
