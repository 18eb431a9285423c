import pg from "pg";

/** How many tables a database has: none, where no engine was started on it. */
export const tablesIn = async (connectionString: string): Promise<number> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const found = await client.query(
    "SELECT 1 FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
  );
  await client.end();
  return found.rows.length;
};
