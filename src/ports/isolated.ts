/**
 * Logs, listeners and observers are the host's code, and only watch. A throw or a rejected promise of theirs is
 * logged and has no other consequence: what they are told of has happened already, or happens once anyway.
 */
import type { Log } from "./log.js";
import { type Observer, unobserved } from "./observer.js";
import { withoutPasswords } from "./passwords.js";
import { thrownText } from "./thrown.js";
import { visible } from "./visible.js";

type Report = (error: unknown) => void;

const reporting =
  (log: Log, type: string): Report =>
  (error) => {
    const detail = thrownText(error);
    log.error({ type, detail }, "a listener or observer failed; nothing else changes");
  };

/** Calls it and reports whatever goes wrong, now or later. */
const tell = (call: () => unknown, report: Report): void => {
  try {
    Promise.resolve(call()).catch(report);
  } catch (error) {
    report(error);
  }
};

/** A failing log has nowhere to say so. */
const unheard: Report = () => {};

/** A log may end on a terminal, and a detail may repeat what a bank, a browser or a database's driver said. */
const printable = (details: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(details).map(([key, value]) => [
      key,
      typeof value === "string" ? visible(withoutPasswords(value)) : value,
    ]),
  );

/** The same log, which neither throws nor rejects, and is told no password and no control character. */
export const isolatedLog = (log: Log): Log => {
  const writing =
    (level: keyof Log): Log["info"] =>
    (details, message) =>
      tell(() => log[level](printable(details), message), unheard);
  return { debug: writing("debug"), info: writing("info"), warn: writing("warn"), error: writing("error") };
};

/** The same listener, which neither throws nor rejects. `name` stands in the log. */
export const isolatedListener = <A extends unknown[]>(
  listener: ((...args: A) => unknown) | undefined,
  name: string,
  log: Log,
): ((...args: A) => void) => {
  if (listener === undefined) return () => {};
  const report = reporting(log, name);
  return (...args) => tell(() => listener(...args), report);
};

/**
 * `make` runs exactly once, and at once, whether the observer calls it never, late or twice; what it gives is handed
 * back whatever the observer returns.
 */
const around = <M, T>(observe: (make: (mark: M) => Promise<T>) => unknown, make: (mark: M) => Promise<T>, none: M) => {
  let made: Promise<T> | null = null;
  const once = (mark: M): Promise<T> => {
    made ??= started(() => make(mark));
    return made;
  };
  return (report: Report): Promise<T> => {
    const own: Report = (error) =>
      // An observer passes on the failure of what it wraps; only one of its own is worth a line.
      void once(none).then(
        () => report(error),
        (failure: unknown) => failure !== error && report(error),
      );
    tell(() => observe(once), own);
    return once(none);
  };
};

const started = <T>(make: () => Promise<T>): Promise<T> => {
  try {
    return make();
  } catch (error) {
    return Promise.reject(error);
  }
};

/** The same observer, which neither throws nor rejects, and runs what it wraps once. */
export const isolatedObserver = (observer: Partial<Observer> | undefined, log: Log): Observer => {
  if (observer === undefined || observer === unobserved) return unobserved;
  const report = (name: string) => reporting(log, `observer.${name}`);
  return {
    watch: (figures) => tell(() => observer.watch?.(figures), report("watch")),
    receive: (envelope, take) =>
      around((make) => observer.receive?.(envelope, make), take, null as unknown)(report("receive")),
    decided: (event) => tell(() => observer.decided?.(event), report("decided")),
    attempt: (effect, now, make) =>
      around(
        (once) => observer.attempt?.(effect, now, () => once(null)),
        () => make(),
        null,
      )(report("attempt")),
    call: (gateway, method, make) =>
      around(
        (once) => observer.call?.(gateway, method, () => once(null)),
        () => make(),
        null,
      )(report("call")),
    turnedAway: () => tell(() => observer.turnedAway?.(), report("turnedAway")),
    admission: (outcome) => tell(() => observer.admission?.(outcome), report("admission")),
    leaseLost: () => tell(() => observer.leaseLost?.(), report("leaseLost")),
  };
};
