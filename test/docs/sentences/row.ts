/** One sentence of a document, and what became of it here. */
import type { RuleId } from "../../../machines/rules.js";

/** A file under test/, the title of the test in it, and where it has many rows, the one that is about the sentence. */
export type Test = [file: string, title: string, row?: string];

interface Where {
  /** Tests beside the first, of what that one does not look at. */
  also?: Test[];
  /** The rules that carry it out. */
  rules?: RuleId[];
  /** The settings that turn it, as docs/configuration.md names them. */
  options?: string[];
  /** Pages under docs/ that say more. */
  pages?: string[];
}

export type Standing = "implemented" | "difference" | "out of scope";

export interface Row extends Where {
  /** As it stands in the document, quoted just far enough to find it; spaces and line breaks are alike. */
  quote: string;
  standing: Standing;
  /** What the engine does; of a difference and of what is out of scope, the reason. */
  says: string;
  /** The test that fails without it, or without a part of it. */
  test?: Test;
}

export interface Section {
  /** As the heading says. */
  title: string;
  rows: Row[];
}

export interface Document {
  /** By which the rules name it. */
  code: string;
  /** By which this project names it to readers. */
  name: string;
  title: string;
  url: string;
  /** Of the same text, where somebody has it beside the project. */
  file: string;
  sections: Section[];
}

export const done = (quote: string, says: string, test: Test, where: Where = {}): Row => ({
  quote,
  standing: "implemented",
  says,
  test,
  ...where,
});
export const differs = (quote: string, says: string, where: Where & { test?: Test } = {}): Row => ({
  quote,
  standing: "difference",
  says,
  ...where,
});
export const outside = (quote: string, says: string): Row => ({ quote, standing: "out of scope", says });

export const testsOf = ({ test, also = [] }: Row): Test[] => (test === undefined ? also : [test, ...also]);

/** Tests that many rows name. */
export const CELLS = ["core/decide.test.ts", "$from, the payment $payment: $to"] as const;
export const PAGES = ["core/decide.test.ts", "page %s, the payment %s: %s"] as const;
export const UNPROVEN = [
  "core/decide.test.ts",
  "page %s under an address that proves nothing, the payment %s: %s",
] as const;
export const ASKS = ["core/decide.test.ts", "$ask, the payment $payment: $expected"] as const;
export const BRANCHES = ["core/branches.test.ts", "%s of %j: %s"] as const;
export const WHILE_DOWN = [
  "woo/plugin.test.ts",
  "what another program writes while the engine is down is saved with a note; where it is told to be closed, it is not",
] as const;
