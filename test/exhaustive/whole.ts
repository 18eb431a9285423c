/**
 * Whether whole spaces and times are gone through: `npm run campaign exhaustive`. At every build it is a part that
 * meets every kind, chosen in each test.
 */
export const isWhole = process.env.EXHAUSTIVE === "all";
