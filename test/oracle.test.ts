/**
 * Rows recorded from a real WooCommerce with the real plugins, replayed through `order-status decide`: each is the same,
 * or stands in docs/rules.md under a difference with a name and a reason.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { type Difference, differences, explains, outside, tallies } from "./oracle/differences.js";
import { compared, given, leftOut } from "./oracle/fields.js";
import { questions, type Replayed, replay } from "./oracle/replay.js";
import { presets } from "./oracle/resurs.js";
import { type File, files, missing, oracle, type Row, rowsOf } from "./oracle/rows.js";

if (missing.length > 0) {
  it.skip(`the replay of ${missing.join(", ")} through decide: not found in ${oracle.pathname}`, () => {});
}

const asked = (file: File) =>
  questions(file).flatMap(({ row, asks }) => (asks ?? []).map((ask) => [row, ask] as const));
const played = (file: File, settings: Row = {}): Promise<Replayed[]> =>
  replay(
    file,
    asked(file).map(([row, ask]) => [row, ask]),
    settings,
  );

const differs = (one: Replayed): boolean => one.unlike.length > 0;
const namesOf = (one: Replayed): Difference[] => differences.filter((difference) => explains(difference, one));
const told = ({ row, question, pair, unlike }: Replayed): string =>
  `${JSON.stringify(row).slice(0, 300)}: from ${question.line.order.status}: ${pair} (${unlike.join(", ")})`;
/** One name each: none is a row that nothing explains, two are one difference too wide. */
const unexplained = (seen: Replayed[]): string[] =>
  seen.filter((one) => differs(one) && namesOf(one).length !== 1).map(told);

const countRows = (seen: Replayed[]): number => new Set(seen.map(({ row }) => row)).size;

describe.skipIf(missing.length > 0)("the recorded plugins", () => {
  const seen: Partial<Record<File, Replayed[]>> = {};
  const of = (file: File): Replayed[] => seen[file] ?? [];
  const everything = () => files.flatMap(of);

  beforeAll(async () => {
    for (const file of files) seen[file] = await played(file);
  }, 240_000);

  for (const file of files) {
    const { rows, same, different, outside: beyond } = tallies[file];
    const sum = `${rows} rows = ${same} the same + ${different} under a named difference + ${beyond} with nothing to decide`;
    it(`${file}: ${sum}, none unexplained`, () => {
      expect(unexplained(of(file))).toEqual([]);
      const all = questions(file);
      const apart = countRows(of(file).filter(differs));
      const without = all.filter(({ asks }) => asks === null).length;
      expect({
        rows: all.length,
        same: all.length - apart - without,
        different: apart,
        outside: without,
      }).toEqual(tallies[file]);
    });
  }

  for (const difference of differences) {
    const { name, rows, pairs, option } = difference;
    it(`${name}: ${Object.entries(rows).map(([file, count]) => `${count} of ${file}`)}`, async () => {
      const mine = everything().filter((one) => differs(one) && explains(difference, one));
      const counted = files.map((file) => [file, countRows(mine.filter((one) => one.file === file))] as const);
      expect(Object.fromEntries(counted.filter(([, count]) => count > 0))).toEqual(rows);
      expect(mine.length).toBeGreaterThan(0);
      expect(pairs.filter((pair) => !mine.some((one) => one.pair === pair))).toEqual([]);
      if (option === undefined) return;
      for (const file of files) {
        const theirs = mine
          .filter((one) => one.file === file)
          .map(({ row, question }) => [row, question] as [Row, typeof question]);
        if (theirs.length === 0) continue;
        expect((await replay(file, theirs, option.settings)).filter(differs).map(told)).toEqual([]);
      }
    });
  }

  it("rows with nothing to decide are known one by one", () => {
    for (const file of files) {
      const without = questions(file).flatMap(({ row, asks }) => (asks === null ? [row] : []));
      expect(without.filter((row) => !outside.some(({ when }) => when(row)))).toEqual([]);
      for (const { when, rows } of outside) expect(without.filter(when).length).toBe(rows[file] ?? 0);
    }
  });

  it("every recorded field is given, compared or left out by name, and each of those names is recorded", () => {
    const recorded = new Set(files.flatMap((file) => rowsOf(file).flatMap(Object.keys)));
    const known = [...given, ...compared, ...Object.keys(leftOut)];
    expect([...recorded].filter((field) => !known.includes(field))).toEqual([]);
    expect(known.filter((field) => !recorded.has(field))).toEqual([]);
    expect(new Set(known).size).toBe(known.length);
  });

  it("the presets are the payments that the rows were recorded with", () => {
    const known = presets();
    for (const row of rowsOf("resurs-before-status-change-rules")) {
      const actions = (known.get(String(row.payment_preset))?.possibleActions ?? []) as string[];
      expect(row.Payment).toMatchObject({
        canCancel: actions.includes("CANCEL"),
        canCapture: actions.includes("CAPTURE"),
        canRefund: actions.includes("REFUND"),
      });
    }
  });

  // A shop that is set up otherwise is an engine that decides otherwise: the rows have to notice.
  it.each<[string, File, Row]>([
    ["nothing is captured", "nets-easy", { enableCapture: false }],
    ["nothing is refunded", "nets-easy", { enableRefund: false }],
    ["nothing is cancelled", "nets-easy", { enableCancel: false }],
    ["pending waits for the customer", "resurs-status-update", { choices: { pendingWhileCustomerIsAway: "stay" } }],
    ["a minute longer", "resurs-callbacks", { cooldownSeconds: 120 }],
    ["no minute at all", "resurs-callbacks", { cooldownSeconds: 0 }],
    ["another link lifetime", "resurs-checkout", { stockManagement: false }],
    ["nothing is refunded for Refunded", "resurs-before-status-change-rules", { enableRefund: false }],
  ])("would notice that %s", async (_, file, settings) => {
    expect(unexplained(await played(file, settings)).length).toBeGreaterThan(0);
  });
});
