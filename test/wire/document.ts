/** docs/wire: each interface as one table, out of what is published, what is said and what we read. */
import { type Field, type Kind, type Row, rowsOf } from "../../src/testing/doubles/wire/fields.js";
import { type Api, apis } from "./apis.js";
import { everyMessage, type Message } from "./messages.js";
import { readBy, rowsHeld } from "./paths.js";

const REPOSITORIES: Record<string, string> = {
  S1: "Resurs's PHP client ecom 3.0.0, in `common-repository/resurs-bank-payments-for-woocommerce`, below `lib/ecom/src/Lib`, `lib/ecom/src/Module` or `lib/ecom/src`",
  S2: "Resurs's documentation, `ResursBank/ResursBank.github.io`, below `docs/merchant-api-2-0` if no other folder is named",
  S3: "the bank's WSDL and XSD, in `Geta/ResursBank`, below `src/Geta.Resurs.Checkout/Service References`",
  S4: "`ResursBank/ecomphp`, `source/classes/rbapiloader.php`",
  S5: "Resurs's PHP client as it is developed, `ResursBank/ecom2`, below `src/Lib`",
  N1: "Nexi's reference of the payment API, developer.nexigroup.com/nexi-checkout/en-EU/api/payment-v1. What rests on it alone was read there once, and stands in no client's source",
  N2: "Nexi's PHP SDK, `Nets-eCom/php-payment-sdk`, below `lib/Model` or `lib`",
  N3: "Nets's plugin for WooCommerce, `krokedil/dibs-easy-for-woocommerce`, the class that is named, or `wc_dibs_clean_name`",
  N4: "`dr0wzee/nets-easy-dotnet`, a .NET client, below `NetsEasy.Net/Entity`",
  N7: "`Newex/SolidNetsEasyClient`, a .NET client with the reference's limits, in `NetsEasyClient`",
};

const between = ({ least, most }: { least?: number; most?: number }, unit = ""): string => {
  if (least !== undefined && most !== undefined) return `, ${least === most ? least : `${least} to ${most}`}${unit}`;
  if (least !== undefined) return `, at least ${least}${unit}`;
  return most === undefined ? "" : `, at most ${most}${unit}`;
};

const typeOf = (kind: Kind): string => {
  switch (kind.of) {
    case "group":
      return kind.like === undefined ? "object" : `object, as ${kind.like} below`;
    case "anything":
      return "not looked into";
    case "flag":
      return "true or false";
    case "either":
      return kind.kinds.map(typeOf).join(", or ");
    case "map":
      return `object, by name: ${kind.listed ? "list of " : ""}${typeOf(kind.kind)}`;
    case "number": {
      const { decimals } = kind;
      const what = decimals === undefined ? "number" : decimals === 0 ? "whole number" : "number of two decimals";
      return `${what}${between(kind)}`;
    }
    case "text":
      if (kind.words !== undefined) return kind.words.map((word) => `\`${word}\``).join(" ");
      return `${kind.called ?? "text"}${between(kind, " characters")}`;
  }
};

const isIn = ({ list }: Row): string => {
  if (list === null) return "";
  const { least, most } = list;
  return most === Number.POSITIVE_INFINITY
    ? `list of ${least > 0 ? `${least} or more × ` : ""}`
    : `list of ${least} to ${most} × `;
};

const without = (path: string): string => path.replaceAll("[]", "");
const cell = (text: string): string => text.replaceAll("|", "\\|");

/** Who was heard to send a field. */
const senders = (row: Row, messages: Message[], byBank: boolean): string => {
  const heard = messages.filter(({ content }) => rowsHeld([row], content).length > 0);
  if (heard.length === 0) return "–";
  if (byBank) return "double";
  return heard.some(({ by }) => by === "ours") ? "**yes**" : "others";
};

const tableOf = (api: Api, messages: Message[]): string => {
  const { operations } = api;
  const shared = new Map<readonly Field[], string[]>();
  for (const { name, request, answer } of operations) {
    for (const [fields, part] of [
      [request, "request"],
      [answer, "answer"],
    ] as const) {
      if (fields !== null && fields.length > 0) shared.set(fields, [...(shared.get(fields) ?? []), `${name} ${part}`]);
    }
  }
  const rows = [...shared].flatMap(([fields, names]) => {
    const isOf = ({ operation, part }: Pick<Message, "operation" | "part">) => operation[part] === fields;
    const [first = ""] = names;
    const part = first.endsWith(" request") ? "request" : "answer";
    const of = operations.filter((operation) => operation[part] === fields);
    const [{ source = "", by = "shop" } = {}] = of;
    const byBank = (by === "bank") === (part === "request");
    const known = readOf(api, fields);
    const own = messages.filter(isOf);
    return rowsOf(fields, source).map((row, index) => {
      const read = byBank ? (known.has(without(row.path)) ? "**yes**" : "") : "";
      const says = [
        index === 0 ? names.join(", ") : "",
        `\`${row.path}\``,
        `${isIn(row)}${typeOf(row.kind)}`,
        row.required ? "yes" : "",
        row.source,
        senders(row, own, byBank),
        read,
      ];
      return `| ${says.map(cell).join(" | ")} |`;
    });
  });
  return [
    "| operation | field | type | required | source | sent | read |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
};

/** Where a shape stands that has a table of its own. */
const placesOf = (shape: unknown, fields: readonly Field[], at = ""): string[] =>
  fields.flatMap(({ name, kind }) => {
    if (kind.of !== "group") return [];
    const path = at === "" ? name : `${at}.${name}`;
    return kind.fields === shape ? [path] : placesOf(shape, kind.fields, path);
  });

/** What is read of a shape, in whatever answer it stands. */
export const readOf = ({ operations, reads }: Api, shape: readonly Field[]): Set<string> =>
  new Set(
    operations.flatMap(({ name, request, answer, by }) => {
      const fields = by === "bank" ? request : answer;
      const paths = (reads[name] ?? []).flatMap((schema) => readBy(schema));
      if (fields === shape) return paths;
      const places = placesOf(shape, fields ?? []);
      return places.flatMap((place) =>
        paths.filter((path) => path.startsWith(`${place}.`)).map((path) => path.slice(place.length + 1)),
      );
    }),
  );

/** What our adapters read although nobody publishes it. */
export const unpublished = ({ operations, reads }: Api): string[] => {
  const told = new Map<unknown, string[]>();
  return operations.flatMap(({ name, by, request, answer, source }) => {
    const fields = by === "bank" ? request : answer;
    // What several operations have in common is told once.
    const before = told.get(fields) ?? [];
    const rows = rowsOf(fields ?? [], source);
    const published = new Set(rows.map(({ path }) => without(path)));
    const inside = rows
      .filter(({ kind }) => kind.of === "group" && kind.like !== undefined)
      .map(({ path }) => without(path));
    const odd = (reads[name] ?? [])
      .flatMap((schema) => readBy(schema))
      .filter((path) => !published.has(path) && !inside.some((one) => path.startsWith(`${one}.`)))
      .filter((path) => !before.includes(path));
    told.set(fields, [...before, ...odd]);
    return odd.map((path) => `${name}: ${path}`);
  });
};

const callsOf = ({ operations }: Api): string =>
  operations.map(({ name, asks, source }) => `| ${name} | \`${asks}\` | ${source} |`).join("\n");

const pageOf = (api: Api, messages: Message[]): string => {
  const own = messages.filter((message) => message.api === api);
  const table = tableOf(api, own);
  const used = Object.entries(REPOSITORIES).filter(([code]) => new RegExp(`\\b${code}\\b`).test(table));
  const odd = [...new Set(unpublished(api))];
  return `# ${api.title}: every field

What is published of each operation, which of it our adapter sends, and which of it our adapter reads. Our
double refuses a request that is not so, and its answers are held to it. Written by \`npm run docs\` out of
\`src/testing/doubles/wire\` and of what is said in \`test/wire\`.

- **sent**: \`yes\` our adapter sends it; \`others\` another client was heard to send it; \`double\` our double of the bank
  sends it; – nobody was heard to.
- **read**: our adapter, or our door for callbacks, reads it. All else is ignored.
- **required** is what the source says of a message that has the object around it.
- A field that is no list and not required may be null.

## Sources

${used.map(([code, says]) => `- **${code}** ${says}`).join("\n")}

## Operations

| operation | asks | source |
|---|---|---|
${callsOf(api)}

## Fields

${table}

## Read, and published nowhere

${odd.length === 0 ? "Nothing." : `Read where it comes, and never waited for:\n\n${odd.map((one) => `- ${one.replace(/: (.*)$/, ": `$1`")}`).join("\n")}`}
`;
};

/** By name of the page. */
export const wireDocuments = async (): Promise<Record<string, string>> => {
  const messages = await everyMessage();
  return Object.fromEntries(apis.map((api) => [`wire/${api.page}.md`, pageOf(api, messages)]));
};
