import { describe, expect, test } from "vitest";
import { sinceWhen } from "../../src/cli/lib/options.js";

describe("a time given to --since or --older-than", () => {
  const now = new Date("2026-03-15T12:00:00Z");
  test.each([
    ["30m", "2026-03-15T11:30:00.000Z"],
    ["12h", "2026-03-15T00:00:00.000Z"],
    ["2026-01-31", "2026-01-31T00:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["2026-01-31T10:15Z", "2026-01-31T10:15:00.000Z"],
    ["2026-01-31T10:15:00+01:00", "2026-01-31T09:15:00.000Z"],
  ])("%s is %s", (text, time) => {
    expect(sinceWhen(text, now).toISOString()).toBe(time);
  });

  test.each(["7d", "1w"])("%s is a week ago", (text) => {
    // A day of summer time has 23 hours in some places.
    expect(Math.abs(now.getTime() - sinceWhen(text, now).getTime() - 7 * 86_400_000)).toBeLessThanOrEqual(3_600_000);
  });

  // JavaScript reads a bare number as a month or a year, and the 30th of February as a day of March.
  test.each([
    ...["7", "90", "1", "2026", "-7d", "7y", "1.5h", "", " ", "yesterday", "yesterday 5", "2026-02-30", "2026-13-01"],
    ...["2026-01-31T25:00Z", "2026-01-31T10:15", "31.01.2026", "01/31/2026", "99999999999w", `${"9".repeat(400)}d`],
  ])("%o is none", (text) => {
    expect(() => sinceWhen(text, now)).toThrow(
      "is not a valid time; use 7d, 12h, 30m, 2026-01-31 or 2026-01-31T12:00Z",
    );
  });
});
