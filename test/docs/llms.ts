/** docs/llms.txt (llmstxt.org): what there is to read, for whoever reads by machine; out of the pages and the sources. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { entries } from "./entries.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const MOST_SECTIONS = 10;

/** Its heading, and what it has sections on. */
const page = (name: string): string => {
  const text = read(`docs/${name}`).replace(/^```[\s\S]*?^```$/gm, "");
  const title = /^# (.+)$/m.exec(text)?.[1] ?? name;
  const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, section]) => section);
  const named = sections.slice(0, MOST_SECTIONS).join("; ");
  return `- [${title}](${name})${named === "" ? "" : `: ${named}`}`;
};

/** The first sentence of the comment at the head of a source. */
const moduleSays = (source: string): string => {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(read(source))?.[1] ?? "";
  const line = comment
    .replace(/^\s*\* ?/gm, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
  return /^.*?\.(?=\s|$)/.exec(line)?.[0] ?? line;
};

export const llmsDocument = (): string => {
  const { description } = JSON.parse(read("package.json")) as { description: string };
  const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !/^(statecharts|decisions\/\d)/.test(name))
    .sort();
  return `# order-status-engine

> ${description}

TypeScript, Node 20.19 or newer, ESM. [README](../README.md) first. Amounts are integers in minor units, times are epoch
milliseconds.

## Pages

${pages.map(page).join("\n")}
- [Statecharts](statecharts/order.md): the machines, drawn

## Entries of the package

${entries()
  .map(({ name, source }) => `- \`${name}\` (\`${source}\` in the repository): ${moduleSays(source)}`)
  .join("\n")}

## The command

\`order-status help\` lists the commands and \`order-status help <command>\` has examples and exit codes; every command
takes \`--json\`.
`;
};
