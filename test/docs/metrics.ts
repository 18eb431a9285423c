/** The table of docs/operating.md, out of the table in the code. */
import { instruments } from "../../src/telemetry/instruments.js";

const [from, to] = ["<!-- metrics: written by npm run docs -->\n", "<!-- /metrics -->"] as const;

const table = (): string =>
  [
    "| Prometheus | OpenTelemetry | kind | labels | meaning |",
    "|---|---|---|---|---|",
    ...instruments.map(
      ({ prometheus, name, kind, labels, means }) =>
        `| \`${prometheus}\` | \`${name}\` | ${kind} | ${labels?.join(", ") ?? ""} | ${means} |`,
    ),
    "",
  ].join("\n");

/** The page with today's table in it. */
export const withMetrics = (page: string): string => {
  const [start, end] = [page.indexOf(from), page.indexOf(to)];
  if (start < 0 || end < start) throw new Error("docs/operating.md has lost the place of its metrics");
  return `${page.slice(0, start + from.length)}\n${table()}\n${page.slice(end)}`;
};
