/**
 * In a thread that only simulates: `setImmediate` takes the next turn as soon as the promises of this one are done,
 * without asking the operating system for input that nobody waits for. The order of what happens stays the same.
 */
type Turn = () => void;

const waiting: Turn[] = [];
let isNextDue = false;

const next = (): void => {
  const turn = waiting.shift();
  try {
    turn?.();
  } finally {
    isNextDue = false;
    if (waiting.length > 0) soon();
  }
};

/** A tick of this turn would come before its promises. */
const soon = (): void => {
  if (isNextDue) return;
  isNextDue = true;
  queueMicrotask(() => process.nextTick(next));
};

export const turnsWithoutInput = (): void => {
  const take = (turn: (...args: unknown[]) => void, ...args: unknown[]): void => {
    waiting.push(() => turn(...args));
    soon();
  };
  globalThis.setImmediate = take as unknown as typeof setImmediate;
};
