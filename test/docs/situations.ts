/** docs/situations.md: what an order says of itself in each situation, in both languages. */
import { type Why, why } from "../../src/core/why.js";
import type { Ended, Row } from "./lived.js";
import { standing } from "./situations-standing.js";
import { flagged, moving, stuck } from "./situations-trouble.js";
import { table } from "./tables.js";

const chapters: [head: string, rows: Row[]][] = [
  ["Where it stands", standing],
  ["Shop and bank disagree", flagged],
  ["Money moves", moving],
  ["Calls that failed, several attempts, parked", stuck],
];

export const situations: Row[] = chapters.flatMap(([, rows]) => rows);

export const explained = ({ life, open, parked }: Ended): Why =>
  why(life.record, life.history, open ?? [], parked ?? null, life.rules.registry, life.rules.settings);

const cell = (told: Why, tongue: "en" | "sv"): string =>
  [told.answer, ...told.notes.map(({ says }) => says), told.action.says]
    .map((says) => says[tongue])
    .join("<br>")
    .replaceAll("|", "\\|");

export const situationsDocument = (): string => `# What an order says of itself

Written by \`npm run docs\` from lives that end in each situation; do not edit. Each row has the answer, then what else stands
in the way, then what to do: as \`order-status why\`, the inspector and \`GET /orders/{id}/why\` tell it. The code in the first
column is the field \`situation\`.

${chapters
  .map(
    ([head, rows]) => `## ${head}

${table(
  ["situation", "English", "Svenska"],
  rows.map(([title, , live]) => {
    const told = explained(live());
    return [`${title}<br>\`${told.situation}\``, cell(told, "en"), cell(told, "sv")];
  }),
)}
`,
  )
  .join("\n")}`;
