/** What the parent tells a node that is to be killed. */
export interface NodeSetup {
  /** A SQLite file, or the address of a PostgreSQL. */
  place: string;
  /** Which start it is: orders are named by it. */
  start: number;
  /** The file to which a subscriber adds the id of each change; null = nobody subscribes. */
  told: string | null;
  /** A webhook's receiver. */
  hook: { url: string; secret: string } | null;
  /** How many orders it sells; null = until it is killed. */
  sells: number | null;
}
