/** What is said where something is typed wrong, or is not where it was looked for; no engine runs. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { cli } from "./run.js";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "typed-"));
  await mkdir(join(cwd, "folder"));
  await writeFile(join(cwd, "erp.csv"), "order_id,status\n1,completed\n");
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe("ends with 2, one line and no change", () => {
  it.each<[string[], string]>([
    [["config"], 'write one with "order-status init", name it with --config, or try "order-status serve --sandbox"'],
    [["serve"], "there is no order-status.config.ts here"],
    [["config", "--config", "nix.ts"], "there is no nix.ts"],
    [["serve", "--config", "nix.ts"], "there is no nix.ts"],
    [["apply", "."], ". is a folder; name a CSV file"],
    [["apply", "erp.csv", "--out", "nix/x.csv"], "the folder nix does not exist"],
    [["apply", "erp.csv", "--out", "folder"], "folder is a folder; name a file"],
    [["draw", "--out", "nix/a.svg"], "the folder nix does not exist"],
    [["draw", "--out", "folder"], "folder is a folder; name a file"],
    [["backup", "--store", "erp.csv", "--to", "nix/b.db"], "the folder nix does not exist"],
    [["inspect", "--store", "erp.csv", "--reveals", "nix/r.jsonl"], "the folder nix does not exist"],
    [["help", "inspct"], 'unknown command "inspct"; did you mean inspect?'],
    [["help", "nix"], 'unknown command "nix"; order-status --help lists them'],
    [["send", "1", "complet"], 'unknown event "complet"; did you mean completed?'],
    [["can", "1", "complete"], 'unknown event "complete"; did you mean completed?'],
    [["send", "1", "zzzzzzzz"], 'unknown event "zzzzzzzz"; use one of '],
    [["send", "1", "{bad"], "this is not JSON: "],
    [["send", "1", '["a"]'], 'an event as JSON has a type, such as {"type":"merchant.completed"}'],
    [["orders", "--store", "nix.db", "--url", "http://127.0.0.1:1"], "--store and --url exclude each other"],
    [["why", "1", "--store", "nix.db", "--url", "http://127.0.0.1:1"], "--store and --url exclude each other"],
    [["show", "1", "--store", "nix.db", "--url", "http://127.0.0.1:1"], "--store and --url exclude each other"],
  ])("%j", async (args, says) => {
    const before = await readdir(cwd);
    const { code, out, err } = await cli(args, { cwd });
    expect(err).toMatch(/^order-status: [^\n]+\n$/);
    expect(err).toContain(says);
    expect([code, out, await readdir(cwd)]).toEqual([2, "", before]);
  });

  it.each([
    [["why", "1"]],
    [["show", "1"]],
    [["orders"]],
    [["inspect"]],
    [["prune", "--older-than", "9d"]],
    [["prune", "--older-than", "9d", "--dry-run"]],
    [["backup", "--to", "b.db"]],
    [["migrate", "--check"]],
    [["repair"]],
    [["repair", "1", "--apply"]],
  ])("a store that is not there: %j", async (args) => {
    const { code, out, err } = await cli([...args, "--store", "nix.db"], { cwd });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^order-status: \S*nix\.db does not exist[^\n]*\n$/);
  });

  it("a backup that is not there", async () => {
    const ended = await cli(["restore", "--store", "new.db", "--from", "nix.db"], { cwd });
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining("nix.db does not exist") });
  });

  it.each(["0", "1001", "x"])("reconcile --per-second %s", async (value) => {
    const { code, err } = await cli(["reconcile", "--per-second", value]);
    expect([code, err]).toEqual([2, expect.stringContaining("Give a number from 1 to 1000.")]);
  });

  it.each(["-1", "1441"])("reconcile --fresh-minutes %s", async (value) => {
    const { code, err } = await cli(["reconcile", "--fresh-minutes", value]);
    expect([code, err]).toEqual([2, expect.stringContaining("Give a number from 0 to 1440.")]);
  });
});

test("an address from the environment does not stand in the way of --store", async () => {
  const env = { ORDER_STATUS_URL: "http://127.0.0.1:1" };
  const { err } = await cli(["why", "1", "--store", "nix.db"], { cwd, env });
  expect(err).toContain("nix.db does not exist");
});

test("help of a command, and of all", async () => {
  for (const args of [["help"], ["help", "why"], ["help", "help"]])
    expect(await cli(args)).toMatchObject({ code: 0, out: expect.stringContaining("Usage: order-status") });
});

test.each(["demo", "draw", "inspect", "serve"])(
  "%s never ends with 3, and its help names no such code",
  async (command) => {
    const { out } = await cli([command, "--help"]);
    expect(out).toContain("  2  wrong usage");
    expect(out).not.toMatch(/^ {2}3 /m);
  },
);

test("the help of orders says when it ends with 3", async () => {
  expect((await cli(["orders", "--help"])).out).toMatch(/^ {2}3 {2}a search found nothing$/m);
});
