/** What is kept once for all nodes: a small object per name. */
import type * as Restate from "@restatedev/restate-sdk/node";
import type { Names } from "./names.js";

const VALUE = "value";

export const secretsObject = (sdk: typeof Restate, { secrets }: Names) =>
  sdk.object({
    name: secrets,
    handlers: {
      /** The first value stays; null only asks for it. */
      keep: sdk.handlers.object.exclusive(async (ctx: Restate.ObjectContext, made: string | null) => {
        const kept = await ctx.get<string>(VALUE);
        if (kept === null && made !== null) ctx.set(VALUE, made);
        return kept ?? made;
      }),
    },
  });
