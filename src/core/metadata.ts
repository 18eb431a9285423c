/** The order's metadata under the keys of seed 002, "Payment failures" and "Collecting meta- and session data". Pure. */
import { z } from "zod";
import { Rejection } from "../../machines/facts.js";

/** As the shop has them: ISO 8601 in a list, or, in orders of the older plugin, texts such as "deny (2022-06-27 10:00:00)". */
const Kept = z.object({ at: z.iso.datetime(), type: Rejection.shape.type });
const OLDER = /^(fail|deny) \((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\)$/;

const rejectionFrom = (entry: unknown): Rejection | null => {
  const kept = Kept.safeParse(entry);
  if (kept.success) return { at: Date.parse(kept.data.at), type: kept.data.type };
  const older = typeof entry === "string" ? OLDER.exec(entry) : null;
  if (older === null) return null;
  const at = Date.parse(`${older[2]}T${older[3]}Z`);
  return Number.isNaN(at) ? null : { at, type: older[1] as Rejection["type"] };
};

const isSet = (value: unknown): boolean => value === true || value === 1 || value === "1" || value === "true";

/**
 * What the shop remembers of rejections at the checkout.
 * @param otherwiseAt the time of one that is remembered without its time
 */
export const rejectionsIn = (meta: Record<string, unknown>, otherwiseAt: number): Rejection[] => {
  const { rco_rejected: list, rco_rejected_once: once } = meta;
  const known = (Array.isArray(list) ? list : [list]).flatMap((entry) => rejectionFrom(entry) ?? []);
  return known.length === 0 && isSet(once) ? [{ at: otherwiseAt, type: "fail" }] : known;
};

export const rejectionMeta = (rejections: Rejection[], message: string | null): Record<string, unknown> => ({
  rco_rejected_once: true,
  rco_rejected: rejections.map(({ at, type }) => ({ at: new Date(at).toISOString(), type })),
  ...(message === null ? {} : { rco_reject_message: message }),
});

/** The payment id as the older flows keep it. */
export const paymentIdIn = ({ resursReference }: Record<string, unknown>): string | null =>
  typeof resursReference === "string" && /^[\w-]{1,64}$/.test(resursReference) ? resursReference : null;
