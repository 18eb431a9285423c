/** A life's log for a person: times from the life's beginning, one line each. */
import type { Lived } from "./life.js";
import { SECOND, T0 } from "./script.js";

const since = (ms: number): string => `+${((ms - T0) / SECOND).toFixed(3)}s`;

export const traceOf = ({ evidence }: Lived): string[] =>
  evidence.log.map((line) => {
    const [at = "", ...rest] = line.split(" ");
    return `${since(Number(at)).padStart(14)}  ${rest.join(" ").trimEnd()}`;
  });
