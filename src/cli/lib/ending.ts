/** How a command ends, and what is said when it does not end well. */
import { CommanderError } from "commander";
import { thrownText } from "../../ports/thrown.js";
import { complain } from "./terminal.js";

export const exits = { done: 0, trouble: 1, usage: 2, refused: 3 } as const;
export type Exit = (typeof exits)[keyof typeof exits];

/** An end that a person can do something about: the message names the fix. */
export class Ends extends Error {
  override name = "Ends";
  /** The message as it is printed: a newline inside of one is no newline of ours. */
  readonly lines: string[];
  constructor(
    readonly code: Exit,
    message: string,
    details: string[] = [],
  ) {
    super([message, ...details].join("\n"));
    this.lines = [message, ...details];
  }
}

export const wrongUsage = (message: string, details?: string[]): Ends => new Ends(exits.usage, message, details);
export const refused = (message: string): Ends => new Ends(exits.refused, message);

/** @param whenRefused left out: the command never ends so */
export const exitCodes = (whenRefused?: string): string => `
Exit codes:
  0  done
  1  unexpected trouble (DEBUG=1 shows where)
  2  wrong usage${whenRefused === undefined ? "" : `\n  3  ${whenRefused}`}`;

/** Says it on stderr and answers with the code to exit with. */
export const endOf = (error: unknown): Exit => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exits.done : exits.usage;
  const message = thrownText(error);
  const [first = "", ...details] = error instanceof Ends ? error.lines : [message];
  complain([`order-status: ${first}`, ...details]);
  if (process.env.DEBUG && error instanceof Error) complain(String(error.stack).split("\n"));
  return error instanceof Ends ? error.code : exits.trouble;
};

/** Waits for it no longer than this, and says nothing of how it ended. */
export const atMost = async (ms: number, work: Promise<unknown>): Promise<void> => {
  let late: NodeJS.Timeout | undefined;
  const given = new Promise<void>((resolve) => {
    late = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => {}), given]);
  clearTimeout(late);
};

/** How long a command that failed may take to let go of what it had opened. */
const LAST_MS = 1500;

/** A command that failed ends, also where something that it opened would keep the process alive. */
export const endSoon = (): void =>
  void setTimeout(() => process.exit(process.exitCode ?? exits.trouble), LAST_MS).unref();

/** Whoever reads us may stop reading, as `head` does: that is no trouble of ours. */
export const endQuietlyWithReader = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(process.exitCode ?? exits.done);
      throw error;
    });
  }
};
