/** The years of every moment that may enter, epoch ms. Without a schema: a store's thread loads it, and no zod. */
export const EARLIEST = Date.UTC(2000, 0);
export const LATEST = Date.UTC(2101, 0) - 1;
