import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The sources themselves instead of `dist/`: a mutant is a changed source.
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: { include: ["test/mutation/killers.ts"], testTimeout: 60_000, env: { STEP_RUNS: "5" } },
});
