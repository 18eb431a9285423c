/** A list of orders, with those in it that cannot be read as they are listed. */
import { rowOf } from "../../ports/listing.js";
import { readable } from "../../ports/reading.js";
import type { OrderRow } from "../../ports/store.js";
import type { PgRow } from "./connections.js";
import * as wire from "./wire.js";

interface Lists {
  ask(most: number): Promise<PgRow[]>;
  load(orderId: string): Promise<PgRow[]>;
  setAside(damaged: PgRow[]): Promise<void>;
}

/** One that cannot be read as it is listed is shown as its record has it; where that cannot be read either, not at all. */
export const listOf = ({ ask, load, setAside }: Lists, limit: number): Promise<OrderRow[]> => {
  const listed = async (row: PgRow): Promise<OrderRow | null> => {
    try {
      return wire.readOrder(row);
    } catch (error) {
      await setAside([row]);
      const orderId = row[0] as string;
      const [loaded] = wire.readLoaded([{ orderId, eventIds: [] }], await load(orderId));
      return loaded?.record ? rowOf(loaded.record, (error as Error).message) : null;
    }
  };
  const shown = (row: OrderRow | null): OrderRow => {
    if (row === null) throw new Error("neither the list nor the record says what it is");
    return row;
  };
  const asked = async (most: number) => Promise.all((await ask(most)).map(listed));
  return readable({ ask: asked, read: shown, setAside: async () => {} }, limit);
};
