/** What a check of a shop or a bank found, line by line, each with its fix. */
import { exits } from "./ending.js";
import { paint, say } from "./terminal.js";

export interface CheckFinding {
  verdict: "ok" | "warning" | "wrong";
  says: string;
  fix: string | null;
}

const marks: Record<CheckFinding["verdict"], string> = {
  ok: paint("green", "✓"),
  warning: paint("yellow", "!"),
  wrong: paint("red", "✗"),
};

/** @param findings each with the name of what it is about; @param width of the column of names */
export const sayFindings = (findings: [name: string, finding: CheckFinding][], width: number): void => {
  for (const [name, { verdict, says, fix }] of findings) {
    say(`${marks[verdict]} ${name.padEnd(width)}${says}`);
    if (fix !== null) say(`  ${" ".repeat(width)}fix: ${fix}`);
  }
};

export const failWhereWrong = (findings: CheckFinding[]): void => {
  if (findings.some(({ verdict }) => verdict === "wrong")) process.exitCode = exits.refused;
};
