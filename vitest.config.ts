import { defineConfig } from "vitest/config";

export default defineConfig({
  // Most of a file's time is waiting for a disk or a server: one worker more than the two processors of the build.
  test: { include: ["dist/test/**/*.test.js"], pool: "forks", maxWorkers: 3, testTimeout: 30_000 },
});
