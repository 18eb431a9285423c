/** Reads scenarios from files: an array, one object, or one object a line. What does not parse is told, not thrown. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Difference, Scenario } from "../../testing/scenario/format.js";
import { wrongUsage } from "./ending.js";

export interface Candidate {
  id: string;
  area: string;
  /** The scenario, or why it is none. */
  read: { scenario: Scenario } | { differences: Difference[] };
}

const textOf = async (file: string): Promise<string> => {
  try {
    return (await readFile(file === "-" ? "/dev/stdin" : file, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    throw wrongUsage(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}); name a file of scenarios`);
  }
};

const broken = (id: string, error: unknown): Candidate => ({
  id,
  area: "",
  read: { differences: [{ expect: "scenario", want: "JSON", got: (error as Error).message }] },
});

const candidate = (json: unknown, place: string): Candidate => {
  const parsed = Scenario.safeParse(json);
  if (parsed.success) return { id: parsed.data.id, area: parsed.data.area, read: { scenario: parsed.data } };
  const named = (json ?? {}) as { id?: unknown; area?: unknown };
  return {
    id: typeof named.id === "string" ? named.id : place,
    area: typeof named.area === "string" ? named.area : "",
    read: {
      differences: parsed.error.issues.map(({ path, message }) => ({
        expect: `scenario.${path.join(".")}`.replace(/\.$/, ""),
        want: message,
        got: at(json, path),
      })),
    },
  };
};

/** What stands where the schema wanted something else; null = nothing. */
const at = (json: unknown, path: PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], json) ?? null;

const parse = (text: string): { json: unknown } | { error: unknown } => {
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    return { error };
  }
};

export const candidatesIn = async (file: string): Promise<Candidate[]> =>
  candidatesOf(await textOf(file), basename(file));

/** @param name what the text is called where it is told of */
export const candidatesOf = (text: string, name: string): Candidate[] => {
  const whole = parse(text);
  if ("json" in whole) {
    const list = Array.isArray(whole.json) ? whole.json : [whole.json];
    return list.map((one, i) => candidate(one, `${name}#${i}`));
  }
  // A broken array would be broken on each of its lines as well.
  if (!text.trimStart().startsWith("{")) return [broken(name, whole.error)];
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === "") return [];
    const one = parse(line);
    return "json" in one ? candidate(one.json, `${name}:${i + 1}`) : broken(`${name}:${i + 1}`, one.error);
  });
};
