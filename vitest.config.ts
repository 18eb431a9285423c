import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** A minute and more each. They begin first: whoever begins last is waited for alone. */
const LONGEST = ["exhaustive/reachable", "runtimes/", "crash.test", "engine/kill", "simulator.test", "package.test"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONGEST.some((part) => moduleId.includes(`/test/${part}`));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  // Most of a file's time is waiting for a disk or a server: one worker more than the two processors of the build.
  test: {
    include: ["dist/test/**/*.test.js"],
    pool: "forks",
    maxWorkers: 3,
    // For what hangs: on a busy machine a test that starts ten processes takes half a minute.
    testTimeout: 360_000,
    hookTimeout: 240_000,
    sequence: { sequencer: LongestFirst },
  },
});
