/** Random amounts, and lines that add up to one. */
import fc from "fast-check";

export const amount = fc.constantFrom(0, 1, 400, 600, 1000);
const line = fc.record({ sku: fc.constantFrom("a", "b"), quantity: fc.integer({ min: 1, max: 3 }), total: amount });
export const lines = fc.array(line, { maxLength: 2 });

type SomeLine = { sku: string; quantity: number; total: number };
/** The first line makes up what the others lack. */
export const upTo = ([first, ...others]: SomeLine[], sum: number): SomeLine[] =>
  first === undefined ? [] : [{ ...first, total: sum - others.reduce((all, { total }) => all + total, 0) }, ...others];
