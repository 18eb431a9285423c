/** Which sentence an order is told with: what no machine knows, what is wrong, what is lost, what moves; else where it stands. */
import { movesMoney } from "../../../machines/effects.js";
import { type Facts, moneyHeld, type OrderStatus } from "../../../machines/facts.js";
import { type FlagName, surplusOf } from "../../../machines/flags.js";
import type { Settings } from "../../../machines/settings.js";
import type { OrderRecord } from "../record.js";
import type { PendingCall } from "../why.js";
import { isBeside } from "./calls.js";
import { flagged } from "./flagged.js";
import { remediesOf } from "./instead.js";
import { over } from "./over.js";
import { paid } from "./paid.js";
import {
  dead,
  endLost,
  endPutOff,
  lost,
  moving,
  movingOnly,
  parkedOrder,
  putOff,
  surplusLost,
  surplusMoving,
  wait,
  waitOrEnd,
} from "./under-way.js";
import { waiting } from "./waiting.js";
import { surplusWithdrawn, withdrawn } from "./withdrawn.js";
import type { Action, Pair, Sentences } from "./words.js";

export interface FoundSentences {
  situation: string;
  sentences: Sentences;
}

const table: Record<OrderStatus, Record<string, Sentences> & { other: Sentences }> = { ...waiting, ...paid, ...over };

export const standing = ({ flags }: Pick<OrderRecord, "flags">) => flags.filter(({ clearedAt }) => clearedAt === null);

type Kind = NonNullable<Facts["operation"]>["kind"];
const paysBack: readonly Kind[] = ["cancel", "refund"];

/** The calls that carry out the remedy of each flag. */
const remediedBy: Partial<Record<FlagName, readonly Kind[]>> = {
  "discrepancy:paid-but-cancelled": paysBack,
  "discrepancy:paid-draft": paysBack,
  "discrepancy:paid-another-way": paysBack,
  "discrepancy:order-gone": paysBack,
  "discrepancy:refunded-not-credited": paysBack,
  "discrepancy:completed-not-captured": ["capture"],
  "capture-failed": ["capture"],
  "refund-failed": ["refund"],
};

/** Every payment that the order does not need is being released. */
const releasesSurplus = ({ others }: Facts): boolean => {
  const surplus = surplusOf(others);
  return surplus.length > 0 && surplus.every(({ release }) => release !== null);
};

/** The call under way does what a person would be told to do, and all of it. */
const isRemedied = ({ facts }: OrderRecord, flag: FlagName, amount = 0): boolean => {
  const { operation, payment, others } = facts;
  if (flag === "discrepancy:paid-twice") return releasesSurplus(facts);
  const kinds = remediedBy[flag];
  if (operation === null || kinds?.includes(operation.kind) !== true) return false;
  if (kinds !== paysBack) return operation.amount >= amount;
  const left = others.filter(({ release }) => release === null);
  return operation.amount >= [payment, ...left].reduce((all, one) => all + moneyHeld(one), 0);
};

/** The flag that is told first, and is not being settled; undefined = there is none. */
export const flagFirst = (record: OrderRecord): FlagName | undefined => {
  const raised = standing(record).filter(({ flag, amount }) => !isRemedied(record, flag, amount));
  return (Object.keys(flagged) as FlagName[]).find((flag) => raised.some((one) => one.flag === flag));
};

/** The call failed, and is made again: it may not have gone out at all. */
const isPutOff = (record: OrderRecord, open: PendingCall[], beside = false): boolean =>
  open.some(
    (call) =>
      movesMoney(call.effect.type) &&
      isBeside(call, record) === beside &&
      !call.dead &&
      call.attempts > 0 &&
      call.error != null,
  );

const releaseIsLost = ({ facts }: OrderRecord): boolean =>
  surplusOf(facts.others).some(({ release }) => release?.lostAt != null);

const surplusTold = (record: OrderRecord): [what: string, Sentences] => {
  if (!releaseIsLost(record)) return ["moving", surplusMoving];
  const isWithdrawn = surplusOf(record.facts.others).some(({ release }) => release?.withdrawn === true);
  return isWithdrawn ? ["withdrawn", surplusWithdrawn] : ["lost", surplusLost];
};

/** What to do while a payment too many is released. */
const whileReleasing = (record: OrderRecord, open: PendingCall[]): readonly [Action, ...Action[]] => {
  if (releaseIsLost(record)) return [waitOrEnd, wait];
  return isPutOff(record, open, true) ? [putOff, wait] : [wait];
};

/** What to do while a call moves money. */
const whileMoving = (record: OrderRecord, open: PendingCall[]): readonly [Action, ...Action[]] => {
  if (record.facts.operation?.lostAt != null) return [waitOrEnd, wait];
  return isPutOff(record, open) ? [putOff, wait] : [wait];
};

export const remedyFor = (
  record: OrderRecord,
  { flag, amount }: OrderRecord["flags"][number],
  open: PendingCall[],
  settings: Settings,
): readonly Action[] => {
  if (!isRemedied(record, flag, amount)) return remediesOf(flag, record.facts, settings);
  return flag === "discrepancy:paid-twice" ? whileReleasing(record, open) : whileMoving(record, open);
};

/** The call that moves money, as it is told. */
const operationTold = (record: OrderRecord, open: PendingCall[]): FoundSentences | null => {
  const { operation } = record.facts;
  if (operation === null) return null;
  const { kind, lostAt, leadsTo } = operation;
  const actions = whileMoving(record, open);
  if (lostAt !== null) {
    const isWithdrawn = operation.withdrawn === true;
    const [uncertain, why] = isWithdrawn ? withdrawn[kind] : lost[kind];
    return { situation: `${isWithdrawn ? "withdrawn" : "lost"}/${kind}`, sentences: [uncertain, why, ...actions] };
  }
  const [state, answer] = moving[kind];
  const stays = leadsTo === null ? movingOnly[kind] : undefined;
  return { situation: `moving/${kind}`, sentences: [state, stays ?? answer, ...actions] };
};

/** What is said of the call where something else is told first, and what a person can do about it. */
export const callBeside = (
  record: OrderRecord,
  open: PendingCall[],
  { situation }: FoundSentences,
): { says: Pair; ends: Pair | null } | null => {
  const told = operationTold(record, open);
  if (told === null || situation === told.situation || situation === "parked") return null;
  const [, says] = told.sentences;
  if (record.facts.operation?.lostAt != null) return { says, ends: endLost };
  return { says, ends: isPutOff(record, open) ? endPutOff : null };
};

export const find = (
  record: OrderRecord,
  { open, parked, code, settings }: { open: PendingCall[]; parked: string | null; code: string; settings: Settings },
): FoundSentences => {
  if (parked !== null) return { situation: "parked", sentences: parkedOrder };
  const flag = flagFirst(record);
  if (flag !== undefined) {
    const [first, ...more] = remediesOf(flag, record.facts, settings) as [Action, ...Action[]];
    return { situation: `flagged/${flag}`, sentences: [...flagged[flag], first, ...more] };
  }
  const givenUp = open.find((call) => call.dead);
  if (givenUp !== undefined) return { situation: `dead/${givenUp.effect.type}`, sentences: dead };
  const told = operationTold(record, open);
  if (told !== null) return told;
  const { facts } = record;
  const isTwice = standing(record).some((one) => one.flag === "discrepancy:paid-twice");
  if (isTwice && releasesSurplus(facts)) {
    const [what, [state, answer]] = surplusTold(record);
    return { situation: `${what}/surplus`, sentences: [state, answer, ...whileReleasing(record, open)] };
  }
  const { status } = facts.order;
  const { [code]: own, other } = table[status];
  return { situation: `${status}/${own === undefined ? "other" : code}`, sentences: own ?? other };
};
