/** A gateway of whose every call the observer is told, whoever makes it. */
import type { Gateway } from "../ports/gateway.js";
import { type Observer, unobserved } from "../ports/observer.js";

type Call = (...args: unknown[]) => Promise<{ kind: string }>;

export const watched = (gateway: Gateway, observer: Observer): Gateway => {
  if (observer === unobserved) return gateway;
  return new Proxy(gateway, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== "function") return member;
      const call = member.bind(target) as Call;
      return (...args: unknown[]) => observer.call(target.name, String(name), () => call(...args));
    },
  });
};
