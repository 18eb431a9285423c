/** The documents that the engine implements, each of their sentences with what became of it. */
import { checkoutFlow } from "./checkout-flow.js";
import { nets } from "./nets.js";
import { pluginIntegrations } from "./plugin-integrations.js";
import { pluginManagement } from "./plugin-management.js";
import { pluginSettings } from "./plugin-settings.js";
import { pluginStatuses } from "./plugin-statuses.js";
import type { Document, Row } from "./row.js";
import { workflows } from "./workflows.js";

const plugin: Document = {
  code: "003",
  name: "Merchant API 2",
  title: "Resurs Merchant API 2.0 for WooCommerce",
  url: "https://developers.resurs.com/platform-plugins/woocommerce/resurs-merchant-api-for-woocommerce",
  file: "003-merchant-api-2-full-documentation.md",
  sections: [...pluginSettings, ...pluginManagement, ...pluginIntegrations, ...pluginStatuses],
};

export const documents: Document[] = [checkoutFlow, workflows, plugin, nets];

export const rowsOf = ({ sections }: Document): Row[] => sections.flatMap(({ rows }) => rows);

/** Names in place of codes: "003 Enable Capture" is "Merchant API 2, Enable Capture". */
export const codesInWords = (text: string): string =>
  documents.reduce(
    (said, { code, name }) =>
      said.replace(new RegExp(`\\b${code}\\b( (?=[A-Z]))?`, "g"), (_, before) => (before ? `${name}, ` : name)),
    text,
  );

/** Where a rule comes from that no document speaks of. */
export const otherSources: Record<string, string> = {
  "our own": "no document speaks of it; it follows from how the engine works",
  "Resurs's API": "the bank's documentation of its API",
  "Nets's own plugin": "what the bank's plugin does, where its document is silent",
  WooCommerce: "what the shop itself does",
};
