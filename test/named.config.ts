import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Tests that need packages of their own (.ci/apart) or minutes: `*.named.ts`, which no other run takes. */
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["dist/test/**/*.named.js"],
    pool: "forks",
    maxWorkers: 2,
    maxConcurrency: 3,
    testTimeout: 360_000,
    hookTimeout: 480_000,
  },
});
