/** The double of the bank: Giftwell on this computer. Holds on gift cards, as one function from request to answer. */
export interface Hold {
  id: string;
  word: "offered" | "held" | "blocked" | "declined";
  /** In hundredths here; told as text with two decimals. */
  total: number;
  held: number;
  spent: number;
  returned: number;
  released: number;
  /** The part of `returned` that has not reached the card yet. */
  returning: number;
  /** What was given back and never reached the card. */
  failed: number;
}

type Move = "spend" | "release" | "giveBack";

const told = ({ id, word, ...amounts }: Hold) => ({
  id,
  word,
  ...Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, (amount / 100).toFixed(2)])),
});

const no = (status: number, why: string): Response => Response.json({ why }, { status });

const moves = {
  spend: (hold: Hold, amount: number) => ({ ...hold, held: hold.held - amount, spent: hold.spent + amount }),
  release: (hold: Hold, amount: number) => ({ ...hold, held: hold.held - amount, released: hold.released + amount }),
  giveBack: (hold: Hold, amount: number) => ({ ...hold, returned: hold.returned + amount }),
};

/** @param fetch how it calls the shop back */
export const giftwellBank = (apiKey: string, fetch = globalThis.fetch) => {
  const holds = new Map<string, Hold>();
  /** By key, of all holds: a key is for one call, as banks demand it. */
  const done = new Map<string, { call: string; hold: Hold }>();
  const callbackUrls = new Map<string, string>();
  /** The last refund of each hold. */
  const refunds = new Map<string, number>();
  let made = 0;

  const at = (id: string): Hold => {
    const hold = holds.get(id);
    if (hold === undefined) throw new Error(`no hold ${id}`);
    return hold;
  };

  const put = (hold: Omit<Hold, "id">): string => {
    made += 1;
    const id = `gift-${made}-hold`;
    holds.set(id, { id, ...hold });
    return id;
  };

  const most = (hold: Hold, how: Move): number => (how === "giveBack" ? hold.spent - hold.returned : hold.held);

  const carriedOut = (hold: Hold, how: Move, amount: number): Hold => {
    const after = moves[how](hold, amount);
    holds.set(hold.id, after);
    if (how === "giveBack") refunds.set(hold.id, amount);
    return after;
  };

  const move = (hold: Hold, how: Move, { amount, key }: { amount: string; key: string }): Response => {
    const call = `${how} ${hold.id} ${amount}`;
    const before = done.get(key);
    if (before !== undefined) {
      return before.call === call ? Response.json(told(before.hold)) : no(409, "this key was for another call");
    }
    const asked = Math.round(Number(amount) * 100);
    const left = most(hold, how);
    if (hold.word !== "held") return no(409, `the hold is ${hold.word}`);
    if (!(asked > 0) || asked > left) return no(409, `${amount} of ${(left / 100).toFixed(2)} cannot be moved`);
    const after = carriedOut(hold, how, asked);
    done.set(key, { call, hold: after });
    return Response.json(told(after));
  };

  const callBack = async (id: string): Promise<void> => {
    const url = callbackUrls.get(id);
    const body = JSON.stringify({ hold: id, word: at(id).word });
    if (url !== undefined) await fetch(url, { method: "POST", body });
  };

  return {
    holds,
    put,
    async answer(request: Request): Promise<Response> {
      if (request.headers.get("authorization") !== `Bearer ${apiKey}`) return no(401, "who are you?");
      const { pathname } = new URL(request.url);
      const [, id = "", how = ""] = /^\/holds\/([\w-]+)\/?(\w*)$/.exec(pathname) ?? [];
      if (request.method === "POST" && pathname === "/holds") {
        const { amount, callbackUrl } = (await request.json()) as { amount: string; callbackUrl: string };
        const total = Math.round(Number(amount) * 100);
        const nothing = { held: 0, spent: 0, returned: 0, released: 0, returning: 0, failed: 0 };
        const added = put({ word: "offered", total, ...nothing });
        callbackUrls.set(added, callbackUrl);
        return Response.json({ id: added, page: `https://giftwell.example/pay/${added}` });
      }
      const hold = holds.get(id);
      if (hold === undefined) return no(404, "no such hold");
      if (request.method === "GET") return Response.json(told(hold));
      if (!Object.hasOwn(moves, how)) return no(404, "no such step");
      return move(hold, how as Move, (await request.json()) as { amount: string; key: string });
    },
    /** The customer gives the card; the bank may block or decline it. */
    cardIs(id: string, word: Hold["word"]): void {
      const hold = at(id);
      holds.set(id, { ...hold, word, held: word === "held" ? hold.total : 0 });
    },
    /** Somebody does it in Giftwell's own tool, with all that is left or with `amount`, and the shop is called back. */
    async hand(id: string, how: Move, amount = most(at(id), how)): Promise<void> {
      carriedOut(at(id), how, amount);
      await callBack(id);
    },
    /** What becomes of the last refund. */
    refundTurns(id: string, into: "pending" | "completed" | "failed"): void {
      const hold = at(id);
      const amount = refunds.get(id) ?? 0;
      const failed = into === "failed" ? amount : 0;
      holds.set(id, {
        ...hold,
        returning: into === "pending" ? amount : 0,
        returned: hold.returned - failed,
        failed: hold.failed + failed,
      });
    },
  };
};
