/** What is wrong with a configuration: one line for each, which names the key and the fix. */
import { z } from "zod";
import { nearest } from "../lib/nearest.js";
import { ConfigSchema } from "./schema.js";

export interface KeyNode {
  description?: string;
  properties?: Record<string, KeyNode>;
  required?: string[];
  items?: KeyNode;
  anyOf?: KeyNode[];
  default?: unknown;
  enum?: unknown[];
  type?: string;
}

/** The schema as a tree of keys with their descriptions. */
export const keys = (): KeyNode => z.toJSONSchema(ConfigSchema, { io: "input", unrepresentable: "any" }) as KeyNode;

const at = (path: PropertyKey[]): KeyNode | undefined =>
  path.reduce<KeyNode | undefined>(
    (node, part) => (typeof part === "number" ? node?.items : node?.properties?.[String(part)]),
    keys(),
  );

const hint = (word: string, known: string[]): string => {
  const near = nearest(word, known);
  return near === null ? `known are ${known.join(", ")}` : `did you mean "${near}"?`;
};

const dotted = (path: PropertyKey[]): string => path.map(String).join(".") || "the configuration";

const told = (issue: z.core.$ZodIssue): string[] => {
  const name = dotted(issue.path);
  const node = at(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(node?.properties ?? {});
    return issue.keys.map((key) => `${dotted([...issue.path, key])}: there is no such key; ${hint(key, known)}`);
  }
  if (issue.input === undefined) {
    return [`${name}: it is missing; add it${node?.description === undefined ? "" : ` (${node.description})`}`];
  }
  if (issue.code === "invalid_value" && typeof issue.input === "string") {
    return [`${name}: "${issue.input}" is none of them; ${hint(issue.input, issue.values.map(String))}`];
  }
  return [`${name}: ${issue.message}`];
};

export const problemsOf = (error: z.core.$ZodError): string[] => error.issues.flatMap(told);
