/** Contenders take turns within one run, so that whatever else the machine does falls on all of them. */

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

export interface Row {
  name: string;
  /** Median over the rounds. */
  perSecond: number;
  /** Median of the ratios to the peer, each taken within one round. */
  ratio: number;
}

export interface Table {
  title: string;
  /** What the rates are rates of. */
  unit: string;
  /** The row whose ratio is 1. */
  peer: string;
  /** What a ratio says. */
  says: string;
  rounds: number;
  rows: Row[];
}

/** The rates of one round, in the order of the names. */
export const tableOf = (title: string, unit: string, names: string[], peer: number, rates: number[][]): Table => ({
  title,
  unit,
  peer: names[peer] ?? "",
  says: `1x = ${names[peer]}`,
  rounds: rates.length,
  rows: names.map((name, i) => ({
    name,
    perSecond: median(rates.map((round) => round[i] as number)),
    ratio: median(rates.map((round) => (round[i] as number) / (round[peer] as number))),
  })),
});

/** The other way round: how many times faster the first is than each. */
export const firstToEach = (title: string, unit: string, names: string[], rates: number[][]): Table => {
  const [first = ""] = names;
  const table = tableOf(title, unit, names, 0, rates);
  const rows = table.rows.map((row, i) => {
    return { ...row, ratio: median(rates.map((round) => (round[0] as number) / (round[i] as number))) };
  });
  return { ...table, says: `ratio = ${first} to this one`, rows };
};

export interface Latencies {
  title: string;
  count: number;
  /** In milliseconds. */
  p50: number;
  p99: number;
  longest: number;
}

export const latenciesOf = (title: string, ms: number[]): Latencies => {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { title, count: ms.length, p50: at(0.5), p99: at(0.99), longest: at(1) };
};

export const printedLatencies = (what: string, all: Latencies[]): string => {
  const width = Math.max(...all.map(({ title }) => title.length));
  const cells = (values: string[]) => values.map((value) => value.padStart(9)).join("");
  const lines = all.map(({ title, count, p50, p99, longest }) => {
    return `  ${title.padEnd(width)} ${cells([...[p50, p99, longest].map((ms) => ms.toFixed(1)), String(count)])}`;
  });
  return `${what}, ms\n  ${"".padEnd(width)} ${cells(["p50", "p99", "longest", "of"])}\n${lines.join("\n")}`;
};

/** Every second round goes backwards: no contender always follows the same one. */
export const turns = (contenders: number, round: number): number[] => {
  const order = Array.from({ length: contenders }, (_, i) => i);
  return round % 2 === 0 ? order : order.reverse();
};

export const printed = (table: Table): string => {
  const width = Math.max(...table.rows.map((row) => row.name.length));
  const lines = table.rows.map(({ name, perSecond, ratio }) => {
    const rate = Math.round(perSecond).toLocaleString("en").padStart(11);
    return `  ${name.padEnd(width)} ${rate} ${ratio.toFixed(2).padStart(8)}x`;
  });
  const head = `  ${"".padEnd(width)} ${table.unit.padStart(11)} ${"ratio".padStart(9)}`;
  return `${table.title} (medians of ${table.rounds} interleaved rounds; ${table.says})\n${head}\n${lines.join("\n")}`;
};
