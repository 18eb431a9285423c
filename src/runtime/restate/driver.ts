/** Restate's packages, which are optional peers: loaded when they are needed, or named with the command that brings them. */

import type * as Sdk from "@restatedev/restate-sdk/node";
import type * as Clients from "@restatedev/restate-sdk-clients";

interface Resolvers {
  promise: Promise<unknown>;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

/**
 * The SDK calls `Promise.withResolvers`, which Node has from 22 on. On Node 20 every invocation would throw, and
 * whoever called would wait for minutes while the server tries again; the package says nothing of it.
 */
const onNode20 = (): void => {
  const promise = Promise as unknown as { withResolvers?: () => Resolvers };
  promise.withResolvers ??= () => {
    let resolve: Resolvers["resolve"] = () => {};
    let reject: Resolvers["reject"] = () => {};
    const made = new Promise<unknown>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    return { promise: made, resolve, reject };
  };
};

const missing = (name: string) => (error: NodeJS.ErrnoException) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  throw new Error(
    `${name} is not installed; run: npm install @restatedev/restate-sdk @restatedev/restate-sdk-clients`,
    {
      cause: error,
    },
  );
};

export const loadSdk = async (): Promise<typeof Sdk> => {
  onNode20();
  return import("@restatedev/restate-sdk/node").catch(missing("@restatedev/restate-sdk"));
};

export const loadClients = async (): Promise<typeof Clients> =>
  import("@restatedev/restate-sdk-clients").catch(missing("@restatedev/restate-sdk-clients"));
