/** The recorded rows that are about a decision, and where they lie: in the folder next to the project's. */
import { existsSync, readFileSync } from "node:fs";

export type Row = Record<string, unknown>;

export const files = [
  "nets-easy",
  "resurs-status-update",
  "resurs-callbacks",
  "resurs-checkout",
  "resurs-before-status-change-rules",
] as const;
export type File = (typeof files)[number];

export const oracle = new URL("../../../../shared/oracle/", import.meta.url);
const at = (file: File): URL => new URL(`${file}.jsonl`, oracle);
export const missing = files.filter((file) => !existsSync(at(file)));

export const rowsOf = (file: File): Row[] =>
  readFileSync(at(file), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
