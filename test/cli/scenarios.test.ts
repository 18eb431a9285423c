/** `scenarios` and `draw`, and wrong usage of anything. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, fixture } from "./run.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "order-status-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

const lives = fixture("lives.json");

describe("scenarios", () => {
  it("tells what passed, failed and is not supported, as JSON", async () => {
    const { code, out } = await cli(["scenarios", lives, "--json"]);
    expect(code).toBe(3);
    const report = JSON.parse(out);
    expect(Object.keys(report)).toEqual(["passed", "failed", "unsupported", "results"]);
    expect(report).toMatchObject({ passed: 1, failed: 2, unsupported: [{ id: "other/01" }] });
    expect(report.unsupported[0].reason).toContain("another-gateway");
    const [good, wrong, broken] = report.results;
    expect(good).toEqual({ id: "return/01", ok: true, differences: [], unchecked: [] });
    expect(wrong).toEqual({
      id: "frozen/01",
      ok: false,
      differences: [{ expect: "status", want: "completed", got: "on-hold" }],
      unchecked: [],
    });
    expect(broken).toMatchObject({ id: "broken/01", ok: false });
    expect(broken.differences).toContainEqual(expect.objectContaining({ expect: "scenario.given.t0", got: null }));
  });

  it("tells it to a person", async () => {
    const { code, out } = await cli(["scenarios", lives]);
    expect(code).toBe(3);
    expect(out).toContain("failed  frozen/01");
    expect(out).toContain("not supported  other/01");
    expect(out.trimEnd().split("\n").at(-1)).toBe("1 passed, 2 failed, 1 not supported");
  });

  it("chooses by area and id", async () => {
    expect(await cli(["scenarios", lives, "--area", "return"])).toMatchObject({ code: 0 });
    expect(await cli(["scenarios", lives, "--id", "return/01,frozen/01", "--json"])).toMatchObject({ code: 3 });
    const none = await cli(["scenarios", lives, "--area", "nowhere"]);
    expect(none.code).toBe(2);
    expect(none.err).toContain("frozen");
  });

  it("ends with 3 when what was asked for by name is not supported", async () => {
    const { code, out } = await cli(["scenarios", lives, "--id", "other/01", "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ passed: 0, failed: 0 });
    const strict = await cli(["scenarios", lives, "--id", "other/01", "--strict", "--json"]);
    expect(strict.code).toBe(3);
    expect(JSON.parse(strict.out)).toMatchObject({ passed: 0, failed: 1 });
  });

  it("reads one object and one object a line; a broken line does not stop the others", async () => {
    const all = JSON.parse(await readFile(lives, "utf8"));
    await writeFile(join(folder, "one.json"), JSON.stringify(all[0], null, 2));
    expect(await cli(["scenarios", join(folder, "one.json")])).toMatchObject({ code: 0 });
    await writeFile(join(folder, "lines.jsonl"), `${JSON.stringify(all[0])}\n{oops\n${JSON.stringify(all[0])}\n`);
    const { code, out } = await cli(["scenarios", join(folder, "lines.jsonl"), "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ passed: 2, failed: 1, results: [{}, { id: "lines.jsonl:2" }, {}] });
  });
});

describe("draw", () => {
  it("draws each machine in each format", async () => {
    expect((await cli(["draw"])).out).toContain("stateDiagram-v2");
    expect((await cli(["draw", "payment", "--format", "svg"])).out).toMatch(/^<svg /);
    expect((await cli(["draw", "cooldown", "--format", "dot"])).out).toContain("digraph");
    expect((await cli(["draw", "order", "--format", "stately"])).out).toMatch(/^createMachine\(\{\n {2}"id": "order",/);
    expect(JSON.parse((await cli(["draw", "order", "--json"])).out)).toMatchObject({ id: "order" });
  });

  it("writes all of them to a directory", async () => {
    const out = join(folder, "pictures");
    expect(await cli(["draw", "all", "--format", "svg", "--out", out])).toMatchObject({ code: 0 });
    expect((await readdir(out)).sort()).toEqual([
      "attempt.svg",
      "cooldown.svg",
      "legacy.svg",
      "nets.svg",
      "order.svg",
      "payment.svg",
    ]);
  });
});

describe("wrong usage", () => {
  it.each([
    [["nonsense"], "unknown command"],
    [["draw", "nothing"], "order, cooldown, attempt, payment, legacy, nets"],
    [["draw", "--format", "png"], "mermaid, svg, dot, json, stately"],
    [["draw", "all"], "--out"],
    [["scenarios"], "missing required argument"],
    [["scenarios", "no-such-file.json"], "no-such-file.json"],
    [["demo", "--port", "seventy"], "0 to 65535"],
    [["serve", "--sandbox", "--host", "0.0.0.0"], "ORDER_STATUS_TOKEN"],
    [["show"], "missing required argument"],
  ])("%j ends with 2 and names the fix", async (args, told) => {
    const { code, err } = await cli(args);
    expect(err).toContain(told);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
  });

  it.each(["demo", "serve", "show", "why", "decide", "scenarios", "draw"])(
    "%s has help with examples",
    async (name) => {
      const { code, out } = await cli([name, "--help"]);
      expect(code).toBe(0);
      expect(out).toContain("Examples:");
      expect(out).toContain("Exit codes:");
      expect(out).toContain("--json");
    },
  );
});
