/**
 * Order notes: one per outcome, and what WooCommerce's own notes tell of who changed the status.
 *
 * A note has no key, so each of ours ends in a short reference, `[#1a2b3c4d]`, by which it is found again.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { type ApiResult, orderPath, type WooApi } from "./api.js";
import { Note, Notes } from "./schema.js";

export const referenceOf = (orderId: string, effectId: string): string =>
  createHash("sha256").update(`${orderId}\n${effectId}`).digest("hex").slice(0, 8);

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** WooCommerce shows a note as HTML, and a note of ours may repeat what the bank or a browser said. */
const asHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

const REFERENCE = /\[#([0-9a-f]{8})\]$/;
const referenceIn = (text: string): string | null => REFERENCE.exec(text.trim())?.[1] ?? null;

export const readNotes = async (api: WooApi, orderId: string): Promise<ApiResult<Note[]>> => {
  const path = orderPath(orderId, "/notes");
  if (path === null) return { kind: "missing" };
  const told = await api.ask(Notes, "GET", path);
  return told.kind === "ok" ? { kind: "ok", body: told.body.sort((a, b) => a.id - b.id) } : told;
};

/** A request whose answer was lost may have been carried out after all, and late: of two notes the first stays. */
const removeTwins = async (api: WooApi, orderId: string, notes: Note[]): Promise<void> => {
  const seen = new Set<string>();
  for (const { id, note } of notes) {
    const reference = referenceIn(note);
    if (reference === null) continue;
    const path = orderPath(orderId, `/notes/${id}?force=true`);
    if (seen.has(reference) && path !== null) await api.ask(z.unknown(), "DELETE", path);
    seen.add(reference);
  }
};

/**
 * Writes the note unless it is there already, in our words or in WooCommerce's own since `after`.
 *
 * @param text plain text; what it holds of HTML is shown and not obeyed
 * @param seen `notes` as they were read a moment ago, after the last write; null = they are read now
 */
export const noteOnce = async (
  api: WooApi,
  orderId: string,
  reference: string,
  text: string,
  { after, notes: read }: { after: number; notes: Note[] | null } = { after: Number.POSITIVE_INFINITY, notes: null },
): Promise<ApiResult<null>> => {
  const html = asHtml(text);
  const before = read === null ? await readNotes(api, orderId) : ({ kind: "ok", body: read } as const);
  if (before.kind !== "ok") return before;
  await removeTwins(api, orderId, before.body);
  const known = before.body.some(
    ({ id, note }) =>
      referenceIn(note) === reference || (id > after && [text.trim(), html.trim()].includes(note.trim())),
  );
  const path = orderPath(orderId, "/notes");
  if (known || text === "" || path === null) return { kind: "ok", body: null };
  const written = await api.ask(Note, "POST", path, { note: `${html} [#${reference}]` });
  if (written.kind !== "ok") return written;
  const now = await readNotes(api, orderId);
  if (now.kind === "ok") await removeTwins(api, orderId, now.body);
  return { kind: "ok", body: null };
};

interface StatusChange {
  from: string;
  to: string;
}

/** The statuses that a text names, in order; of two names that overlap the longer is meant. */
const named = (text: string, labels: Map<string, string>): string[] =>
  [...labels]
    .map(([slug, name]) => ({ slug, at: text.lastIndexOf(name), end: text.lastIndexOf(name) + name.length }))
    .filter(({ at, end }) => at >= 0 && end > at)
    .filter((one, _, all) => !all.some((other) => other !== one && other.at <= one.at && other.end >= one.end))
    .sort((a, b) => a.at - b.at)
    .map(({ slug }) => slug);

/** WooCommerce writes a note per change, in the shop's language: the name of the status left, then of the one entered. */
const changeIn = (text: string, labels: Map<string, string>): StatusChange | null => {
  const [from, to] = named(text, labels).slice(-2);
  return from === undefined || to === undefined ? null : { from, to };
};

/** The status that WooCommerce's last note of a change tells of; null = it tells of none. What SQL writes leaves no note. */
export const lastToldOf = (notes: Note[], labels: Map<string, string>): string | null =>
  notes.flatMap(({ note }) => (referenceIn(note) === null ? (changeIn(note, labels)?.to ?? []) : [])).at(-1) ?? null;

/** One write of ours: from which status in which, after which note, and whether WooCommerce writes a note of it. */
export interface NoteWrite {
  from: string;
  to: string;
  after: number;
  /** A payment that completes leaves no note, so every note of a change is another hand's. */
  silent: boolean;
}

/**
 * Which status our write left, by WooCommerce's notes since then. It is another than `from` where another hand wrote
 * in between.
 *
 * One thing cannot be told apart: another hand that wrote twice in that moment, the second time what we wrote.
 *
 * @param labels slug → name, as the shop calls its statuses
 */
export const leftBy = ({ from, to, after, silent }: NoteWrite, notes: Note[], labels: Map<string, string>): string => {
  let left: string | null = null;
  let status = from;
  for (const { id, note } of notes) {
    const change = id > after && referenceIn(note) === null ? changeIn(note, labels) : null;
    if (change === null) continue;
    // A change from where nobody had brought it: ours came before, and without a note.
    if (change.from === to && status !== to) left = status;
    if (change.to === to && !silent) left = change.from;
    status = change.to;
  }
  return left ?? (status === to ? from : status);
};
