/** The project's sources as text, for the tests that read them. */
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { root } from "./root.js";

export interface Import {
  line: number;
  name: string;
  /** Whether it is loaded with the file: neither for its types alone, nor later, when it is needed. */
  isLoaded: boolean;
}

export interface Source {
  path: string;
  text: string;
  lines: number;
  imports: Import[];
  /** The text without comments; lines stand where they stood. */
  uncommented: string;
  /** The same, without strings too. */
  code: string;
}

const blank = (text: string): string => text.replace(/[^\n]/g, " ");
export const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;

const LITERAL_OR_COMMENT = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const IMPORT =
  /^[ \t]*(?:import|export)\s+[^"';=]*?from\s*["']([^"']+)["']|^[ \t]*import\s*["']([^"']+)["']|\b(?:import|require)\(\s*["'`]([^"'`]+)["'`]/gm;

export const read = (path: string, text: string): Source => {
  const uncommented = text.replace(LITERAL_OR_COMMENT, (part) => (part.startsWith("/") ? blank(part) : part));
  return {
    path,
    text,
    uncommented,
    lines: text.replace(/\n$/, "").split("\n").length,
    imports: [...uncommented.matchAll(IMPORT)].map((match) => ({
      line: lineAt(uncommented, match.index + (match[0].length - match[0].trimStart().length)),
      name: match[1] ?? match[2] ?? match[3] ?? "",
      isLoaded: match[3] === undefined && !/^\s*(?:import|export)\s+type\b/.test(match[0]),
    })),
    code: text.replace(LITERAL_OR_COMMENT, blank),
  };
};

/** Paths of the files under a folder of the project, in order. */
export const filesUnder = (folder: string, kinds: RegExp): string[] =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((name) => kinds.test(name) && !name.includes("node_modules"))
    .sort()
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")));

export const sourceAt = (path: string): Source => read(path, readFileSync(new URL(path, root), "utf8"));

export const sources = ["machines", "src", "test"].flatMap((folder) => filesUnder(folder, /\.tsx?$/)).map(sourceAt);
export const shipped = sources.filter(({ path }) => !path.startsWith("test/"));
