/** Secrets by name. One that is not as it was made is no secret any more. */
import { crc32 } from "node:zlib";
import type { PgRow } from "./connections.js";

type Ask = (text: string, ...values: unknown[]) => Promise<PgRow[]>;
type Statements = Record<"secret" | "keepSecret" | "sealSecret" | "replaceSecret", string>;

const sealOf = (name: string, value: string): number => crc32(`${name}\n${value}`);

/**
 * @param write null = nothing may be written
 * @param made what is kept where there is none; null = nothing. A damaged one stays under another name, and another is
 *   kept in its place.
 * @param damaged is told of a damaged one
 */
export const secretOf = async (
  { read, write }: { read: Ask; write: Ask | null },
  sql: Statements,
  name: string,
  made: string | null,
  damaged: () => void,
): Promise<string | null> => {
  const keeps = write === null ? null : made;
  // Each is a statement of its own: one that finds the row of another node in its way does not see it.
  if (keeps !== null) await write?.(sql.keepSecret, name, keeps, sealOf(name, keeps));
  const [found] = await read(sql.secret, name);
  if (found === undefined) return null;
  const [value, sum] = found as [string, number | null];
  const seal = sealOf(name, value);
  if (sum === seal) return value;
  if (sum === null && value !== "") {
    await write?.(sql.sealSecret, name, value, seal);
    return value;
  }
  damaged();
  if (keeps === null) return null;
  await write?.(sql.replaceSecret, name, keeps, sealOf(name, keeps), value, sum);
  const [now] = await read(sql.secret, name);
  return (now?.[0] as string | undefined) ?? null;
};
