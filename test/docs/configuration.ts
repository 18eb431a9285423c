/** docs/configuration.md, out of the schema that checks the file. */
import { configText, sampleOf } from "../../src/cli/config/init-file.js";
import { type KeyNode, keys } from "../../src/cli/config/problems.js";

const valuesOf = (node: KeyNode): string => {
  if (node.enum !== undefined) return node.enum.map((one) => `\`${one}\``).join(", ");
  if (node.properties?.env !== undefined) return "`env(…)`";
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(valuesOf))].join(" or ");
  if (node.type === "array") return `list of ${valuesOf(node.items ?? {})}`;
  if (node.properties !== undefined) return `{ ${Object.keys(node.properties).join(", ")} }`;
  return node.type === "integer" ? "whole number" : (node.type ?? "");
};

/** The choices are told beside their sources. */
const choice = "[where the sources disagree](rules.md#where-the-sources-disagree-and-what-we-chose)";

const defaultOf = (node: KeyNode, isRequired: boolean): string =>
  node.default === undefined ? (isRequired ? "" : "left out") : `\`${JSON.stringify(node.default)}\``;

interface Row {
  key: string;
  values: string;
  otherwise: string;
  says: string;
}

/** A section of one level is told key by key, what lies deeper as one value. */
const rowsOf = (node: KeyNode, path: string): Row[] =>
  Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const name = path === "" ? key : `${path}.${key}`;
    const isSection = child.properties !== undefined && child.properties.env === undefined && name !== "http.limits";
    if (isSection && name !== "http.resursDigest") return rowsOf(child, name);
    const isRequired = node.required?.includes(key) ?? false;
    return [
      {
        key: name,
        values: valuesOf(child),
        otherwise: defaultOf(child, isRequired),
        says: child.description ?? choice,
      },
    ];
  });

const cell = (text: string): string => text.replaceAll("|", "\\|");

const sample = sampleOf({
  shopUrl: "https://shop.example",
  gateways: ["resurs-mapi"],
  store: "sqlite",
  publicUrl: "https://engine.example",
});

export const configurationDocument = (): string => {
  const rows = rowsOf(keys(), "").map(
    ({ key, values, otherwise, says }) => `| \`${key}\` | ${cell(values)} | ${otherwise} | ${cell(says)} |`,
  );
  return `# Configuration

<!-- Written by npm run docs, out of src/cli/config/schema.ts. -->

\`order-status init\` asks five questions and writes \`order-status.config.ts\`, and \`.env\` with the secrets it can
generate. \`order-status config\` checks both and shows what is in effect; with \`--check\` it also says whether
the store can be opened, and asks the banks: whether they take the key, which stores it has, and which payment methods there are. \`order-status serve\` reads them where it
is started, or from where \`--config\` points; options override the file.

Secrets stand in the environment, or in \`.env\` beside the file; environment variables override \`.env\`. The file holds the names
of the variables only, and a secret that is written into it is refused. Secrets you choose need at least 16
characters (\`openssl rand -hex 16\`); issued ones may have any length. A \`.env\` that others
can read draws a warning; \`init\` makes it for its owner alone. The file is TypeScript or JavaScript
(\`.ts\`, \`.mts\`, \`.js\`, \`.mjs\`); no compiler is needed.

\`\`\`ts order-status.config.ts
${configText(sample)}\`\`\`

Resurs Checkout, and Nets with \`checkoutKey\`, are shown in a page of the engine (\`/frames/…\` of \`publicUrl\`), after the shop
has made the order. A shop that shows the bank's frame in a checkout page of its own creates the order when its customer
presses Pay there, which only its own code can do: see \`onCheckoutSubmitted\` and \`onPayInitialized\` of
\`order-status-engine/http\`. Other shops use such a program, too:
[woocommerce.md](woocommerce.md#as-a-program) has one.

| key | value | when left out | what it is for |
|---|---|---|---|
${rows.join("\n")}
`;
};
