/** `npm run record mutation`: runs Stryker, and writes docs/evidence/mutation.md out of its report. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { root } from "../root.js";
import { faultsOf, pageOf, type Reason, type Report, survivorsOf } from "./page.js";

const stryker = ["run", "test/mutation/stryker.config.json"];
execFileSync("test/mutation/node_modules/.bin/stryker", stryker, { cwd: root, stdio: "inherit" });

const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const report: Report = read(".stryker-tmp/mutation.json");
const reasons: Reason[] = read("test/mutation/survivors.json");

const faults = faultsOf(survivorsOf(report), reasons);
if (faults.length > 0) {
  console.error(`test/mutation/survivors.json is not about this run:\n${faults.join("\n")}`);
  process.exit(1);
}
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
writeFileSync(new URL("docs/evidence/mutation.md", root), pageOf(report, reasons, commit));
