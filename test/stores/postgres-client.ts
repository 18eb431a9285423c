/** Statements past the store. */
import pg from "pg";

export const run = async (connectionString: string, text: string, values: unknown[] = []): Promise<unknown[][]> => {
  const client = new pg.Client(connectionString);
  await client.connect();
  try {
    // Without values several statements may go at once.
    const asked =
      values.length === 0 ? { text, rowMode: "array" as const } : { text, values, rowMode: "array" as const };
    const found = (await client.query(asked)) as { rows?: unknown[][] };
    return found.rows ?? [];
  } finally {
    await client.end();
  }
};
