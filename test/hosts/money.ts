/** The money of a payment as the bank and as the engine has it, in minor units. */
import { postgresStore } from "order-status-engine/postgres";
import type { ResursDouble } from "order-status-engine/testing";

export interface Money {
  reserved: number;
  captured: number;
  refunded: number;
}

export const NOTHING: Money = { reserved: 0, captured: 0, refunded: 0 };

export const minor = (major: number): number => Math.round(major * 100);

export const atBank = (bank: ResursDouble, paymentId: string): Money => {
  const books = bank.books(paymentId);
  if (books === null) return NOTHING;
  return { reserved: minor(books.authorized), captured: minor(books.captured), refunded: minor(books.refunded) };
};

/** The engine's records, read beside the server that writes them. */
export interface Records {
  /** What they have otherwise than the bank, and what the bank has done twice. */
  differences(bank: ResursDouble, paymentIds: string[]): Promise<string[]>;
  /** Whether a person is told that something about its order does not fit. */
  flagged(paymentId: string): Promise<boolean>;
  close(): Promise<void>;
}

export const recordsIn = async (connectionString: string): Promise<Records> => {
  const store = postgresStore({ connectionString });
  await store.open();
  const recordOf = async (paymentId: string) => {
    const found = await store.findByPayment(paymentId);
    const [loaded] = found ? await store.load([{ orderId: found.orderId, eventIds: [] }]) : [];
    return loaded?.record ?? null;
  };
  const inEngine = async (paymentId: string): Promise<Money | null> => {
    const record = await recordOf(paymentId);
    if (record === null) return null;
    const { payment, others } = record.facts;
    const one = [payment, ...others].find(({ id }) => id === paymentId);
    return one ? { reserved: one.authorized, captured: one.captured, refunded: one.refunded } : null;
  };
  return {
    async differences(bank, paymentIds) {
      const found: string[] = [];
      for (const id of paymentIds) {
        const [theirs, ours] = [atBank(bank, id), await inEngine(id)];
        if (JSON.stringify(ours ?? NOTHING) !== JSON.stringify(theirs))
          found.push(`payment ${id}: the bank has ${JSON.stringify(theirs)}, the engine ${JSON.stringify(ours)}`);
        const keys = bank.calls.flatMap((call) =>
          call.paymentId === id && call.applied && call.key ? [call.key] : [],
        );
        if (new Set(keys).size < keys.length) found.push(`payment ${id}: a call took effect twice`);
      }
      return found;
    },
    flagged: async (paymentId) =>
      ((await recordOf(paymentId))?.flags ?? []).some(({ clearedAt }) => clearedAt === null),
    close: () => store.close(),
  };
};
