import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

interface Manifest {
  exports: Record<string, string | { types: string }>;
}

/** Each entry of the package with its source. */
export const entries = (): { name: string; source: string }[] => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  return Object.entries(manifest.exports).flatMap(([path, entry]) => {
    if (typeof entry === "string") return [];
    const source = entry.types.replace("./dist/", "").replace(/\.d\.ts$/, "");
    const kind = existsSync(join(root, `${source}.tsx`)) ? "tsx" : "ts";
    return [{ name: `order-status-engine${path.slice(1)}`, source: `${source}.${kind}` }];
  });
};
