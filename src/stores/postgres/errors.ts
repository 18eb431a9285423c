/** PostgreSQL's errors in the words of the port. */
import { withoutPasswords } from "../../ports/passwords.js";
import { StoreError } from "../../ports/store.js";
import { isError } from "../../ports/thrown.js";

type Code = StoreError["code"];

/** SQLSTATEs by how they begin, the longer ones first. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const states: [prefix: string, code: Code][] = [
  ["53100", "full"],
  ["53", "busy"],
  ["08", "busy"],
  ["57", "busy"],
  ["40", "busy"],
  ["55P03", "busy"],
  ["25P", "busy"],
  ["25006", "readonly"],
  ["42501", "readonly"],
  ["28", "readonly"],
  ["3D000", "readonly"],
  // The schema was there when the store was opened.
  ["3F000", "not-ours"],
  ["42P01", "not-ours"],
  ["42883", "not-ours"],
  ["58030", "corrupt"],
  ["XX", "corrupt"],
];

/** Of Node, on the way to the server. */
const network = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
]);
/** pg's own errors carry no code. */
const broken = /^(Connection terminated|timeout exceeded|Query read timeout|Client has encountered|Client was closed)/;

const says: Record<Code, string> = {
  busy: "the database does not answer or cannot do it now; trying again may help",
  full: "its disk is full; nothing was written. Free some space",
  readonly: "it cannot be written. Check the user, its rights and the database, and that it is not a standby",
  corrupt: "it is damaged or its disk fails. Stop the engine and look into the server's log before anything else",
  absent: "",
  "not-ours": "its tables are gone. Restore a backup, or start anew with another schema",
  moved: "",
  newer: "",
  older: "",
  locked: "",
  closed: "",
  unstorable: "",
};

const codeOf = (error: unknown): string =>
  isError(error) && "code" in error && typeof error.code === "string" ? error.code : "";

const isAggregate = (error: unknown): error is AggregateError =>
  isError(error) && "errors" in error && Array.isArray(error.errors);

const isNetwork = (error: unknown): boolean => {
  // One error for each address that was tried.
  if (isAggregate(error)) return error.errors.some(isNetwork);
  return network.has(codeOf(error)) || (isError(error) && broken.test(error.message));
};

/** The server may have been lost in the middle: what was asked is done or not. */
export const isLost = (error: unknown): boolean => isNetwork(error) || /^(08|57P|25P)/.test(codeOf(error));
/** The server undid the whole statement to let another one pass. */
export const isUndone = (error: unknown): boolean => /^(40001|40P01)$/.test(codeOf(error));

/** A StoreError where it is one of the store's own reasons; any other error is a fault in the program. */
export const inOurWords = (error: unknown, place: string): unknown => {
  if (error instanceof StoreError) return error;
  const state = codeOf(error);
  const code = isNetwork(error) ? "busy" : states.find(([prefix]) => state.startsWith(prefix))?.[1];
  if (code === undefined) return error;
  const message = isAggregate(error) ? state : withoutPasswords((error as Error).message);
  return new StoreError(code, `${place}: ${says[code]} (${message}).`, { cause: error });
};
