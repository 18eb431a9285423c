/**
 * How far a long command is, on stderr: on a terminal one line that is written over, elsewhere nothing, or a line now
 * and then where the work takes that long.
 */

interface Options {
  /** Where no terminal is, a line this often; left out: none. */
  elsewhereMs?: number;
  /** The line goes when the work has ended. */
  clears?: boolean;
  /** Whoever reads the output as JSON is told nothing. */
  silent?: boolean | undefined;
  out?: { isTTY?: boolean; columns?: number; write(text: string): unknown };
}

type Words = Record<string, string | number>;

const DRAW_MS = 100;
const CELLS = 30;

const duration = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
};

export class Bar {
  #total = 0;
  #first = 0;
  #done = 0;
  #words: Words = {};
  #begun: number | null = null;
  #drawn = 0;
  #lines = 0;

  /**
   * @param format a line with {bar}, {percentage}, {value}, {total}, {taken} (time so far), {left} (time to come), and
   *   the names of whatever is told besides
   */
  constructor(
    readonly format: string,
    readonly options: Options = {},
  ) {}

  start(total: number, done: number, words: Words = {}): void {
    [this.#total, this.#first, this.#done, this.#words] = [total, done, done, words];
    this.#begun = performance.now();
    this.#drawn = this.#begun;
    this.#lines = 0;
    if (this.#out.isTTY) this.#draw();
  }

  update(done: number, words: Words = {}): void {
    [this.#done, this.#words] = [done, words];
    const every = this.#out.isTTY ? DRAW_MS : (this.options.elsewhereMs ?? Number.POSITIVE_INFINITY);
    if (performance.now() - this.#drawn >= every) this.#draw();
  }

  stop(): void {
    if (this.#begun === null) return;
    if (this.options.clears && this.#out.isTTY && this.#lines > 0) this.#out.write("\r\x1b[K");
    else if (this.#lines > 0) this.#draw("\n");
    this.#begun = null;
  }

  get #out(): NonNullable<Options["out"]> {
    return this.options.out ?? process.stderr;
  }

  #draw(end = ""): void {
    if (this.options.silent) return;
    this.#drawn = performance.now();
    this.#lines += 1;
    const line = this.#line();
    // A line that wraps could not be written over.
    if (this.#out.isTTY) this.#out.write(`\r${line.slice(0, (this.#out.columns ?? 80) - 1)}\x1b[K${end}`);
    else this.#out.write(`${line}\n`);
  }

  #line(): string {
    const part = this.#total > 0 ? Math.min(1, this.#done / this.#total) : 0;
    const taken = performance.now() - (this.#begun ?? 0);
    const came = this.#done - this.#first;
    const filled = Math.round(part * CELLS);
    const told: Record<string, string | number> = {
      ...this.#words,
      bar: this.#out.isTTY ? "█".repeat(filled) + "░".repeat(CELLS - filled) : "",
      percentage: Math.floor(part * 100),
      value: this.#done,
      total: this.#total,
      taken: duration(taken),
      left: came > 0 ? duration((taken / came) * Math.max(0, this.#total - this.#done)) : "?",
    };
    return this.format.replace(/\{(\w+)\}/g, (whole, name: string) => String(told[name] ?? whole)).trimStart();
  }
}
