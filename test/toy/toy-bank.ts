/** Giftwell on this computer: holds on gift cards, as one function from request to answer. */
export interface Hold {
  id: string;
  word: "offered" | "held" | "blocked" | "declined";
  /** In hundredths here; told as text with two decimals. */
  total: number;
  held: number;
  spent: number;
  returned: number;
  released: number;
}

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

export const toyBank = (apiKey: string) => {
  const holds = new Map<string, Hold>();
  const done = new Map<string, Hold>();
  let made = 0;

  const put = (hold: Omit<Hold, "id">): string => {
    made += 1;
    const id = `gift-${made}-hold`;
    holds.set(id, { id, ...hold });
    return id;
  };

  const move = (hold: Hold, how: keyof typeof moves, { amount, key }: { amount: string; key: string }): Response => {
    const before = done.get(`${how} ${hold.id} ${key}`);
    if (before !== undefined) return Response.json(told(before));
    const asked = Math.round(Number(amount) * 100);
    const most = how === "giveBack" ? hold.spent - hold.returned : hold.held;
    if (hold.word !== "held") return no(409, `the hold is ${hold.word}`);
    if (!(asked > 0) || asked > most) return no(409, `${amount} of ${(most / 100).toFixed(2)} cannot be moved`);
    const after = moves[how](hold, asked);
    holds.set(hold.id, after);
    done.set(`${how} ${hold.id} ${key}`, after);
    return Response.json(told(after));
  };

  return {
    holds,
    put,
    async answer(request: Request): Promise<Response> {
      if (request.headers.get("authorization") !== `Bearer ${apiKey}`) return no(401, "who are you?");
      const { pathname } = new URL(request.url);
      const [, id = "", how = ""] = /^\/holds\/([\w-]+)\/?(\w*)$/.exec(pathname) ?? [];
      if (request.method === "POST" && pathname === "/holds") {
        const { amount } = (await request.json()) as { amount: string };
        const total = Math.round(Number(amount) * 100);
        const added = put({ word: "offered", total, held: 0, spent: 0, returned: 0, released: 0 });
        return Response.json({ id: added, page: `https://giftwell.example/pay/${added}` });
      }
      const hold = holds.get(id);
      if (hold === undefined) return no(404, "no such hold");
      if (request.method === "GET") return Response.json(told(hold));
      if (!Object.hasOwn(moves, how)) return no(404, "no such step");
      return move(hold, how as keyof typeof moves, (await request.json()) as { amount: string; key: string });
    },
    /** The customer gives the card; the bank may block or decline it. */
    cardIs(id: string, word: Hold["word"]): void {
      const hold = holds.get(id);
      if (hold === undefined) throw new Error(`no hold ${id}`);
      holds.set(id, { ...hold, word, held: word === "held" ? hold.total : 0 });
    },
  };
};
