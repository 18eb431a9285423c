import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { giftwell } from "../docs/examples/giftwell/machine.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFile(join(root, path), "utf8");

describe("the documents", () => {
  it("the README's program runs as it stands", async () => {
    const program = /```js first.mjs\n([\s\S]*?)```/.exec(await read("README.md"))?.[1];
    expect(program).toBeDefined();
    // Inside the project, so that the package's own name leads to it.
    const folder = await mkdtemp(join(root, "dist", "readme-"));
    try {
      await writeFile(join(folder, "program.mjs"), program as string);
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "program.mjs")], { cwd: folder });
      expect(stdout.split("\n")[0]).toBe("moved processing");
      expect(stdout.split("\n")[1]).toBe("completed");
      expect(stdout).toMatch(/^Completed since .*: the bank has captured 100\.00 SEK from the customer\.$/m);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const lines = (text: string) =>
    `\n${text
      .split("\n")
      .map((line) => line.trim())
      .join("\n")}\n`;
  /** The files that the page shows code of; each excerpt is held against its file, line by line. */
  const shownIn = async (page: string, folder: string): Promise<string[]> => {
    const blocks = [...(await read(page)).matchAll(/```(.*)\n([\s\S]*?)\n```/g)];
    const excerpts = blocks.filter(([, label]) => label !== "sh");
    return Promise.all(
      excerpts.map(async ([, label = "", code = ""]) => {
        const path = /^ts ((?:test|docs\/examples)\/[\w./[\]-]+)$/.exec(label)?.[1] ?? "";
        expect(path.startsWith(folder), `an excerpt of ${page} names its file: ${label}`).toBe(true);
        expect(lines(await read(path)), `${page} has the code of ${path}`).toContain(lines(code));
        return path;
      }),
    );
  };

  it("the code in adding-a-gateway.md is the example's own, line by line", async () => {
    expect((await shownIn("docs/adding-a-gateway.md", "docs/examples/giftwell")).length).toBeGreaterThan(12);
  });

  it("the code in adding-a-status.md is the example's own, line by line", async () => {
    expect((await shownIn("docs/adding-a-status.md", "docs/examples/own-status")).length).toBe(4);
  });

  it("the code in docs/hosts is that of the examples, line by line, and every example is shown", async () => {
    const pages = (await readdir(join(root, "docs/hosts"))).map((name) => `docs/hosts/${name}`);
    const shown = (await Promise.all(pages.map((page) => shownIn(page, "test/hosts/")))).flat();
    const files = await readdir(join(root, "test/hosts"), { recursive: true });
    // What the tests are made of, beside the examples that they start.
    const ofTests =
      /^(requests|losing-bank|money|random-lives|tables)\.ts$|^(medusa|vendure)\/(acts|place|shop|lives|types|worker)\.ts$/;
    const examples = files.filter(
      (name) => /(?<!\.named)\.ts$/.test(name) && !ofTests.test(name) && !name.includes("node_modules/"),
    );
    expect([...new Set(shown)].sort()).toEqual(examples.map((name) => `test/hosts/${name}`).sort());
  });

  it("adding-a-gateway.md speaks of every trait, of every call and of every answer", async () => {
    const page = await read("docs/adding-a-gateway.md");
    for (const trait of Object.keys(giftwell)) expect(page).toContain(`| \`${trait}\` |`);
    const port = await read("src/ports/gateway.ts");
    const methods = port
      .slice(port.indexOf("export interface Gateway {"))
      .matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm);
    for (const [, name] of methods) expect(page).toContain(`**\`${name}\`**`);
    for (const [, kind] of port.matchAll(/^ {2}\| \{ kind: "(\w+)"/gm)) expect(page).toContain(`\`${kind}\``);
  });

  it("guarantees.md names tests that exist", async () => {
    const page = await read("docs/evidence/guarantees.md");
    const named = [...page.matchAll(/`(test\/[\w/-]+\.test\.ts)`(?:: “(.+?)”)?/g)];
    expect(named.length).toBeGreaterThan(20);
    for (const [, path = "", title = ""] of named) {
      expect(title, `a title of ${path}`).not.toBe("");
      const text = await read(path);
      const quoted = ['"', "`"].some(
        (quote) => text.includes(`(${quote}${title}${quote}`) || text.includes(`${quote}${title}${quote},\n`),
      );
      expect(quoted, `${path} has a test “${title}”`).toBe(true);
    }
  });

  it("every relative link of the README and docs leads somewhere", async () => {
    const hosts = (await readdir(join(root, "docs/hosts"))).map((name) => `docs/hosts/${name}`);
    const decisions = (await readdir(join(root, "docs/decisions"))).map((name) => `docs/decisions/${name}`);
    const evidence = (await readdir(join(root, "docs/evidence"))).map((name) => `docs/evidence/${name}`);
    for (const page of [
      ...hosts,
      ...evidence,
      ...decisions,
      "CONTRIBUTING.md",
      "README.md",
      "docs/architecture.md",
      "docs/configuration.md",
      "docs/llms.txt",
      "docs/rules.md",
      "docs/coverage.md",
      "docs/adding-a-gateway.md",
      "docs/inspector.md",
      "docs/operating.md",
      "docs/testing.md",
      "docs/faq.md",
      "docs/situations.md",
      "docs/security.md",
      "docs/woocommerce.md",
      "docs/postgres.md",
      "docs/tutorial.md",
      "docs/deployment.md",
      "docs/upgrading.md",
    ]) {
      for (const [, target] of (await read(page)).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        const path = join(root, page, "..", target as string);
        await expect(
          readFile(path).catch((e: NodeJS.ErrnoException) =>
            e.code === "EISDIR" ? "folder" : Promise.reject(new Error(`${page}: ${target} leads nowhere`)),
          ),
        ).resolves.toBeDefined();
      }
    }
  });

  it("the commands of the README are those of the package and of the build script", async () => {
    const readme = await read("README.md");
    const ci = await read(".ci/run");
    expect(readme).toContain("npm ci && npm test");
    expect(ci).toMatch(/^npm ci\n[^#]*^npm test$/m);
  });
});
