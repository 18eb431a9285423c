/** Looks at one order: in the store, beside a running engine, or by asking the engine over HTTP. */
import type { Command } from "commander";
import { z } from "zod";
import type { EffectType } from "../../../machines/effects.js";
import { registry } from "../../../machines/index.js";
import { defaultSettings, type Settings } from "../../../machines/settings.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import type { Why } from "../../core/why.js";
import type { Store } from "../../ports/store.js";
import { recordReader, whyOf } from "../../runtime/embedded/queries.js";
import { Ends, exits, refused, wrongUsage } from "./ending.js";
import { ask, type RemoteOptions, remoteOptions } from "./remote.js";
import { lookingStore } from "./stores.js";

export interface LookFlags extends RemoteOptions {
  store?: string;
  json?: true;
}

/** Of a command that asks the engine where no store is named. */
export const lookOptions = (command: Command): Command =>
  remoteOptions(command)
    .option(
      "--store <place>",
      "look into this SQLite file or postgres://user@host/database instead; works beside a running engine",
    )
    .hook("preAction", () => {
      // One that only stands in the environment is for all commands.
      if (command.getOptionValue("store") !== undefined && command.getOptionValueSource("url") === "cli")
        throw wrongUsage("--store and --url exclude each other: one looks into a store, the other asks an engine");
    });

export interface Looked {
  record: OrderRecord;
  history: HistoryEntry[];
  /** Effects not carried out yet; null = the engine does not tell. */
  open: { type: EffectType; attempts: number; notBefore: number; error: string | null; dead: boolean }[] | null;
  /** Why it is parked; null = it is not, or the engine does not tell. */
  parked: string | null;
}

const PAGE = 500;

const unknown = (id: string, where: string) => refused(`there is no order ${id} at ${where}`);

const inStore = async <T>(place: string, look: (store: Store) => Promise<T>): Promise<T> => {
  const store = await lookingStore(place);
  try {
    return await look(store);
  } finally {
    await store.close();
  }
};

/** All of the history, a page at a time. */
const whole = async (page: (after: number) => Promise<HistoryEntry[]>): Promise<HistoryEntry[]> => {
  const all: HistoryEntry[] = [];
  for (;;) {
    const some = await page(all.at(-1)?.seq ?? 0);
    all.push(...some);
    if (some.length < PAGE) return all;
  }
};

const get = async <T>(options: RemoteOptions, id: string, what: string): Promise<T> => {
  const response = await ask(options, `/orders/${encodeURIComponent(id)}${what}`);
  if (response.status === 404) throw unknown(id, options.url);
  if (!response.ok) throw new Ends(exits.trouble, `${options.url} answered ${response.status}`);
  return (await response.json()) as T;
};

export const lookAt = (id: string, options: LookFlags): Promise<Looked> => {
  const { store: place } = options;
  if (place === undefined) return lookOver(id, options);
  return inStore(place, async (store) => {
    const record = await recordReader(store, registry)(id);
    if (record === null) throw unknown(id, place);
    const history = await whole((after) => store.history(id, after, PAGE));
    const open = (await store.effectsOf(id)).map(({ effect, attempts, notBefore, error, dead }) => {
      return { type: effect.type, attempts, notBefore, error, dead };
    });
    const [loaded] = await store.load([{ orderId: id, eventIds: [] }]);
    // An engine may not have met the damaged row yet.
    const [damaged] = await store.examine(id);
    return { record, history, open, parked: loaded?.parked ?? damaged?.what ?? null };
  });
};

const lookOver = async (id: string, options: RemoteOptions): Promise<Looked> => {
  const record = await get<OrderRecord>(options, id, "");
  const page = (after: number) => get<{ entries: HistoryEntry[] }>(options, id, `/history?after=${after}`);
  const history = await whole(async (after) => (await page(after)).entries);
  return { record, history, open: null, parked: null };
};

/** The settings that a store does not keep; its engine has them of the same file. */
export const CONFIG = "--config <file>";

/** @throws wrong usage, for a file that is none or says what is not valid */
export const settingsIn = async (file: string | undefined): Promise<Settings> =>
  // Its reader need not be loaded where none is named.
  file === undefined ? defaultSettings : (await (await import("../config/load.js")).loadChecked(file)).settings;

const Said = z.looseObject({ en: z.string(), sv: z.string() });
const Says = z.looseObject({ says: Said });
/** What is printed of an answer that came over HTTP. */
const Printed = z.looseObject({ answer: Said, notes: z.array(Says), evidence: Says, next: Says, action: Says });

export const whyIs = async (id: string, options: LookFlags & { config?: string }): Promise<Why> => {
  const { store: place, config } = options;
  if (place === undefined) {
    if (config !== undefined) throw wrongUsage("--config is for --store: an engine that is asked has its own settings");
    const answer = await get<Why>(options, id, "/why");
    if (Printed.safeParse(answer).success) return answer;
    throw new Ends(exits.trouble, `${options.url} does not answer as this version does; is it another version?`);
  }
  const settings = await settingsIn(config);
  const told = await inStore(place, (store) => whyOf(store, { registry, settings }, id));
  if (told === null) throw unknown(id, place);
  return told;
};
