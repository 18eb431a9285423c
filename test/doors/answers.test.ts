/** What a bank or a shop answers: how long it may make us wait, and how much work it may make us. */
import { afterEach, describe, expect, it } from "vitest";
import { readXml } from "../../src/gateways/resurs-legacy/xml.js";
import { listen, type Served } from "../../src/http/serve.js";
import { asking, type Exchange, LONGEST_RETRY_AFTER_MS } from "../../src/http-client/exchange.js";
import { answerLimits, overLimits } from "../../src/ports/json.js";
import { VirtualClock } from "../../src/testing/index.js";
import { T0 } from "../engine/place.js";

const open: Served[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** What becomes of this answer of a bank, over real HTTP. */
const askedFor = async (
  answer: (() => Response) | (() => Promise<Response>),
  fetch = globalThis.fetch,
): Promise<Exchange> => {
  const server = await listen(async () => answer());
  open.push(server);
  return asking({ baseUrl: server.url, clock: new VirtualClock(T0), timeoutMs: 1e9, fetch })("x", { method: "GET" });
};

const waits = async (retryAfter: string, date?: string): Promise<number | null> => {
  const headers = { "retry-after": retryAfter, ...(date === undefined ? {} : { date }) };
  // Node's server would put a date of its own.
  const answered = await askedFor(
    () => new Response(),
    async () => new Response("", { status: 429, headers }),
  );
  return answered.kind === "answer" ? answered.retryAfterMs : Number.NaN;
};

const at = (ms: number) => new Date(ms).toUTCString();

describe("doors low: Retry-After", () => {
  it.each([
    ["0.5", null],
    ["1", 1000],
    [" 30 ", 30_000],
    ["599", 599_000],
    ["600", LONGEST_RETRY_AFTER_MS],
    ["601", LONGEST_RETRY_AFTER_MS],
    ["99999", LONGEST_RETRY_AFTER_MS],
    ["9".repeat(400), LONGEST_RETRY_AFTER_MS],
    // Nothing that could be waited for: our own pauses.
    ["0", null],
    ["-5", null],
    ["NaN", null],
    ["Infinity", null],
    ["1e9", null],
    ["0x10", null],
    ["tomorrow", null],
    ["", null],
    ["30, 40", null],
  ])("of %j seconds is %j ms", async (wish, ms) => {
    expect(await waits(wish)).toBe(ms);
  });

  it.each([
    [30_000, 30_000],
    [86_400_000, LONGEST_RETRY_AFTER_MS],
    [365 * 86_400_000 * 1000, LONGEST_RETRY_AFTER_MS],
    [0, null],
    [-86_400_000, null],
  ])("as a date %j ms ahead is %j ms", async (ahead, ms) => {
    expect(await waits(at(T0 + ahead))).toBe(ms);
    // A server whose clock is a day ahead of ours means its own.
    expect(await waits(at(T0 + 86_400_000 + ahead), at(T0 + 86_400_000))).toBe(ms);
  });

  it.each(["Sun, 99 Foo 2026 99:99:99 GMT", "Sunday", "Sun, 22 Nov 275761 00:00:00 GMT"])(
    "that is no date, %s, is none",
    async (wish) => {
      expect(await waits(wish)).toBeNull();
    },
  );
});

const MIB = 1024 * 1024;
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

describe("doors low: an answer in JSON", () => {
  it.each([
    ["2.4 million arrays inside of each other", nested(2_400_000)],
    ["objects inside of each other", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
    ["arrays that never end", "[".repeat(500_000)],
    ["half a million numbers", `[${"1,".repeat(500_000)}1]`],
    ["100,001 names", `{${Array.from({ length: 100_001 }, (_, i) => `"${i}":1`).join(",")}}`],
    ["a deep one behind a long text", `["${"[".repeat(1000)}",${nested(1000)}]`],
    ["a deep one behind an escaped quote", `["\\"",${nested(1000)}]`],
  ])("of %s is turned away before it is parsed", (_, text) => {
    expect(overLimits(text, answerLimits)).not.toBeNull();
  });

  it.each([
    ["deep enough for a payment", nested(answerLimits.depth)],
    ["brackets in a text", JSON.stringify({ a: "[".repeat(1000), b: `"${"{".repeat(1000)}\\` })],
    [
      "a thousand lines of sixty values",
      JSON.stringify(Array(1000).fill(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [i, i])))),
    ],
  ])("of %s is read", (_, text) => {
    expect(overLimits(text, answerLimits)).toBeNull();
  });

  it("that is too deep stays a text, with its status", async () => {
    const text = nested(1000);
    const answered = await askedFor(() => new Response(text, { status: 409 }));
    expect(answered).toMatchObject({ kind: "answer", status: 409, body: text });
  });

  it.each([MIB + 1, 4 * MIB, 5_000_000])("of %i bytes is lost, and not downloaded to its end", async (bytes) => {
    expect(await askedFor(() => new Response("1".repeat(bytes)))).toEqual({
      kind: "lost",
      detail: "network: the answer is too long",
    });
  });
});

describe("doors low: an answer in XML", () => {
  const soap = (content: string) => `<Envelope><Body>${content}</Body></Envelope>`;

  it.each([
    ["250,000 siblings of one name", soap("<a/>".repeat(240_000))],
    ["100,000 siblings of as many names", soap(Array.from({ length: 100_000 }, (_, i) => `<a${i}/>`).join(""))],
    ["10,001 siblings with texts", soap("<a>x</a>".repeat(10_001))],
    ["comments", soap("<!---->".repeat(20_000))],
    ["CDATA sections", soap("<![CDATA[x]]>".repeat(20_000))],
    ["20,001 attributes", soap(`<a ${Array.from({ length: 20_001 }, (_, i) => `a${i}="1"`).join(" ")}/>`)],
    ["attributes with blanks", soap(`<a ${Array.from({ length: 20_001 }, (_, i) => `a${i} = '1'`).join(" ")}/>`)],
    ["elements that never end", "<a>".repeat(300_000)],
    ["33 elements inside of each other", `${"<a>".repeat(33)}${"</a>".repeat(33)}`],
    ["more than a million characters", soap(`<a>${"x".repeat(1_000_000)}</a>`)],
  ])("of %s is none", (_, text) => {
    expect(readXml(text)).toBeNull();
  });

  it("of 500 lines of nine fields is read", () => {
    const line = `<specLines>${Array.from({ length: 9 }, (_, i) => `<f${i}>x = 1</f${i}>`).join("")}</specLines>`;
    expect(readXml(soap(line.repeat(500)))).toMatchObject({ Envelope: { Body: { specLines: { length: 500 } } } });
  });
});
