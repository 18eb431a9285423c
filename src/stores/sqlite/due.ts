/** The effects that are due, lane by lane. Inside the database's thread. */
import { dueInLanes, type LaneCapacity } from "../../ports/lanes.js";
import type { Statements } from "./statements.js";
import { type Columns, inTurn } from "./wire.js";

export const dueEffects = (statements: Statements, room: LaneCapacity, now: number, limit: number): Columns[] => {
  const claimable = statements.claimable();
  let bytes: Buffer | undefined;
  /** Those that anything waits for. */
  function* peers(): Generator<string> {
    for (bytes = statements.firstPeer().get(); bytes !== undefined; bytes = statements.nextPeer().get(bytes))
      yield bytes.toString();
  }
  const due = (_: string, kind: number, most: number): Columns[] =>
    bytes === undefined ? [] : claimable.all({ now, limit: most, peer: bytes, kind });
  return dueInLanes(room, peers(), limit, due, inTurn);
};
