/** The API pages are made, for every entry of the package, and every call is told of. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { entries } from "../docs/entries.js";

test("npm run record api finds nothing wrong and writes a page for each entry", async () => {
  const out = await mkdtemp(join(tmpdir(), "order-status-api-"));
  try {
    const script = fileURLToPath(new URL("./api.js", import.meta.url));
    const { stderr } = await promisify(execFile)(process.execPath, [script, out]).catch((error) => error);
    expect(stderr).toBe("");
    const pages = await readdir(join(out, "modules"));
    expect(entries().length).toBeGreaterThan(15);
    expect(pages.sort()).toEqual(
      entries()
        .map(({ name }) => `${name.replaceAll("/", "_")}.html`)
        .sort(),
    );
  } finally {
    await rm(out, { recursive: true });
  }
}, 180_000);
