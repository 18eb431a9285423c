/** The line that says how far a long command is. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Bar } from "../../src/cli/lib/bar.js";

const sink = (isTTY: boolean, columns = 80) => {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => void written.push(text) };
};

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

describe("on a terminal", () => {
  test("it is written over, at most ten times a second, and ends its line", () => {
    const out = sink(true);
    const bar = new Bar("{bar} {percentage}% {value}/{total} {broken} broken", { out });
    bar.start(200, 0, { broken: 0 });
    for (let done = 1; done <= 50; done++) {
      vi.advanceTimersByTime(10);
      bar.update(done, { broken: 3 });
    }
    bar.stop();
    expect(out.written).toHaveLength(7);
    expect(out.written[5]).toBe(`\r${"█".repeat(8)}${"░".repeat(22)} 25% 50/200 3 broken\x1b[K`);
    expect(out.written.at(-1)?.endsWith("\x1b[K\n")).toBe(true);
    expect(out.written.slice(0, -1).join("")).not.toContain("\n");
  });

  test("it says what time is left by what this run has done, and what it has taken", () => {
    const out = sink(true);
    const bar = new Bar("{taken} {left}", { out });
    bar.start(100, 40);
    vi.advanceTimersByTime(30_000);
    bar.update(50);
    vi.advanceTimersByTime(45_000);
    bar.update(55);
    expect(out.written).toEqual(["\r0s ?\x1b[K", "\r30s 2m30s\x1b[K", "\r1m15s 3m45s\x1b[K"]);
  });

  test.each([
    ["a total that is not known", 0, "{value} of {total} {percentage}%", "\r7 of 0 0%\x1b[K"],
    ["more than the total", 5, "{percentage}% {left}", "\r100% 0s\x1b[K"],
    ["a narrow window", 100, "{value} and a long tail of words", "\r7 and a lo\x1b[K"],
  ])("with %s", (_, total, format, shown) => {
    const out = sink(true, 11);
    const bar = new Bar(format, { out });
    bar.start(total, 0);
    vi.advanceTimersByTime(1000);
    bar.update(7);
    expect(out.written.at(-1)).toBe(shown);
  });

  test("it goes at the end where it is to, and one that never began says nothing", () => {
    const out = sink(true);
    const bar = new Bar("{value}", { out, clears: true });
    bar.stop();
    expect(out.written).toEqual([]);
    bar.start(1, 0);
    bar.stop();
    expect(out.written.at(-1)).toBe("\r\x1b[K");
  });
});

describe("elsewhere", () => {
  test("a line now and then, and one at the end", () => {
    const out = sink(false);
    const bar = new Bar("{value}/{total}", { out, elsewhereMs: 10_000 });
    bar.start(100, 0);
    for (let done = 1; done <= 25; done++) {
      vi.advanceTimersByTime(1000);
      bar.update(done);
    }
    bar.stop();
    expect(out.written).toEqual(["10/100\n", "20/100\n", "25/100\n"]);
  });

  test("no bar, and nothing of work that is done before the first line", () => {
    const out = sink(false);
    const bar = new Bar("{bar} {value}/{total} {id}", { out, elsewhereMs: 10_000 });
    bar.start(2, 0, { id: "a" });
    vi.advanceTimersByTime(9000);
    bar.update(1, { id: "b" });
    bar.stop();
    expect(out.written).toEqual([]);
    bar.start(2, 0);
    vi.advanceTimersByTime(10_000);
    bar.update(1, { id: "c" });
    expect(out.written).toEqual(["1/2 c\n"]);
  });

  test.each([true, false])("nothing for whoever reads JSON, on a terminal or not: %s", (isTTY) => {
    const out = sink(isTTY);
    const bar = new Bar("{value}", { out, elsewhereMs: 1, clears: true, silent: true });
    bar.start(1, 0);
    vi.advanceTimersByTime(60_000);
    bar.update(1);
    bar.stop();
    expect(out.written).toEqual([]);
  });

  test("nothing where nothing was asked for", () => {
    const out = sink(false);
    const bar = new Bar("{value}", { out });
    bar.start(1, 0);
    vi.advanceTimersByTime(60_000);
    bar.update(1);
    bar.stop();
    expect(out.written).toEqual([]);
  });
});
