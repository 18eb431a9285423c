/** A gateway of whose every call the observer is told, whoever makes it. */
import type { Gateway } from "../../ports/gateway.js";
import { type Observer, unobserved } from "../../ports/observer.js";

type GatewayMethod = (...args: unknown[]) => Promise<{ kind: string }>;

export const instrumented = (gateway: Gateway, observer: Observer): Gateway => {
  if (observer === unobserved) return gateway;
  return new Proxy(gateway, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== "function") return member;
      const call = member.bind(target) as GatewayMethod;
      return (...args: unknown[]) => observer.call(target.name, String(name), () => call(...args));
    },
  });
};
