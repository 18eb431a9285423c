/** What the command line prints for a person holds no control character of anybody else. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cut } from "../../src/cli/lib/terminal.js";
import { visible, visibleJson } from "../../src/ports/visible.js";
import { cli, type Ended } from "../cli/run.js";
import { CONTROL, engineThatSays, HOSTILE, shopThatSays } from "./hostile.js";

const HARMLESS = "harmless";
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "printed-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the same once with a harmless and once with a hostile text: no line more, and no control character. */
const sameLines = async (run: (text: string) => Promise<Ended>, text: string): Promise<Ended> => {
  const [harmless, hostile] = await Promise.all([run(HARMLESS), run(text)]);
  for (const output of [hostile.out, hostile.err]) expect(output).not.toMatch(CONTROL);
  const lines = ({ out, err }: Ended) => [out, err].map((output) => output.split("\n").length);
  expect(lines(hostile)).toEqual(lines(harmless));
  return hostile;
};

const against =
  (args: string[]) =>
  async (text: string): Promise<Ended> => {
    const engine = await engineThatSays(text);
    try {
      return await cli([...args, "--url", engine.url]);
    } finally {
      await engine.close();
    }
  };

describe("doors 8: no text of others is obeyed by the terminal in what is printed by", () => {
  // A process for each command takes long enough; the kinds are told apart below.
  const text = Object.values(HOSTILE).join("");

  it.each([
    ["show", ["show", "1001"]],
    ["why", ["why", "1001"]],
    ["can", ["can", "1001", "completed"]],
    ["dead-letters", ["dead-letters"]],
    ["reconcile", ["reconcile"]],
  ])("%s", async (_, args) => {
    await sameLines(against(args), text);
  });

  it("woo doctor", async () => {
    await sameLines(async (says) => {
      const shop = await shopThatSays(says);
      try {
        const env = { ORDER_STATUS_WOO_KEY: "ck_1", ORDER_STATUS_WOO_SECRET: "cs_1" };
        return await cli(["woo", "doctor", "--url", shop.url], { env });
      } finally {
        await shop.close();
      }
    }, text);
  });

  it("apply, in its summary and its errors", async () => {
    const file = join(folder, "erp.csv");
    await writeFile(file, "order_id,status\n1001,completed\n");
    await sameLines((says) => against(["apply", file, "--out", join(folder, `${says.length}.csv`)])(says), text);
    await sameLines((says) => cli(["apply", `/nowhere/${says.replaceAll("\u0000", "")}.csv`]), text);
  });

  it("scenarios", async () => {
    await sameLines(async (says) => {
      const file = join(folder, `${says.length}.json`);
      await writeFile(file, JSON.stringify([{ id: "printed", area: "print", [says]: says }]));
      const ended = await cli(["scenarios", file]);
      expect(ended.out).toContain("failed");
      return ended;
    }, text);
  });

  it("config, of a file that is wrong", async () => {
    await sameLines(async (says) => {
      const file = join(folder, `${says.length}.config.mjs`);
      await writeFile(
        file,
        `export default { store: "orders.db", logLevel: ${JSON.stringify(says)}, [${JSON.stringify(says)}]: 1 };`,
      );
      return cli(["config", "--config", file]);
    }, text);
  });

  it("init, of an answer that is wrong", async () => {
    const answer = text.replaceAll(/[\r\n]/g, "");
    const { err } = await cli(["init", "--config", join(folder, "new.config.ts")], { input: `${answer}\n` });
    expect(err).not.toMatch(CONTROL);
  });

  it("commander, of words that it does not know", async () => {
    const { err } = await cli([`--${text.replaceAll("\u0000", "")}`]);
    expect(err).not.toMatch(CONTROL);
  });

  it("any of them as JSON, which reads back to the same", async () => {
    const { out } = await against(["dead-letters", "--json"])(text);
    expect(out).not.toMatch(CONTROL);
    expect(JSON.parse(out)).toMatchObject({ deadLetters: [{ orderId: text, error: text }] });
    const why = await against(["why", "1001", "--json"])(text);
    expect(why.out).not.toMatch(CONTROL);
    expect(JSON.parse(why.out)).toMatchObject({ answer: { en: text, sv: text }, notes: [{ says: { en: text } }] });
    const decided = await cli(["decide"], { input: `${JSON.stringify({ [text]: 1 })}\n` });
    expect(decided.out).not.toMatch(CONTROL);
    expect(decided.out.trim().split("\n")).toHaveLength(1);
  });
});

describe("doors 8: made visible", () => {
  it.each(Object.entries(HOSTILE))("%s", (_, text) => {
    expect(visible(text)).not.toMatch(/\p{Cc}/u);
    expect(visible(text)).not.toMatch(CONTROL);
    expect(visible(`a${text}b`)).toMatch(/^a.*\\.*b$/);
    expect(JSON.parse(visibleJson({ [text]: text }))).toEqual({ [text]: text });
    expect(visibleJson({ [text]: text }, 2)).not.toMatch(CONTROL);
  });

  it("each as its own escape", () => {
    expect(visible("\x1b[2Ja\nb\u202ec\u{e0041}d\ud800e")).toBe("\\x1b[2Ja\\x0ab\\u202ec\\u{e0041}d\\ud800e");
  });

  it("and nothing that is written to be read", () => {
    const text = "Åsa 👩‍👩‍👧 می‌خواهم 1001-1 {x} \\n";
    expect(visible(text)).toBe(text);
    expect(JSON.parse(visibleJson(text))).toBe(text);
  });

  it("a text is cut between characters", () => {
    for (let length = 1; length < 8; length++) expect(cut("a👩b👩c👩", length)).not.toMatch(/\p{Cs}/u);
  });
});
