/** Whether `serve` could open the store of a configuration. Nothing is made and nothing is changed. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { withoutPassword } from "../../ports/passwords.js";
import { StoreError } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import type { CheckFinding } from "./findings.js";
import { isPostgres, storeAt } from "./stores.js";

const FIX = "look at store: serve does not start without it";

export const checkStore = async (place: string): Promise<CheckFinding> => {
  const named = isPostgres(place) ? withoutPassword(place) : resolve(place);
  try {
    // The engine writes beside the file, too.
    if (!isPostgres(place)) await access(dirname(named), constants.W_OK);
    const store = await storeAt(place, { readOnly: true });
    await store.open();
    await store.close();
    if (!isPostgres(place)) await access(named, constants.W_OK);
    return { verdict: "ok", says: named, fix: null };
  } catch (error) {
    if (error instanceof StoreError && error.code === "absent")
      return { verdict: "ok", says: `${named} will be made`, fix: null };
    return { verdict: "wrong", says: thrownText(error), fix: FIX };
  }
};
