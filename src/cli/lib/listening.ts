/** Where a server listens; and why a port could not be had, in words that name the fix, before anything else is opened. */
import { createServer } from "node:net";
import { Ends, exits } from "./ending.js";

/** Where the inspector is mounted beside the API. */
export const INSPECTOR = "/inspector";

/** @throws Ends */
export const noPort =
  (port: number, host = "127.0.0.1") =>
  (error: NodeJS.ErrnoException): never => {
    switch (error.code) {
      case "EADDRINUSE":
        throw new Ends(exits.trouble, `port ${port} is taken; choose another with --port, or 0 for any free one`);
      case "EACCES":
        throw new Ends(exits.trouble, `this user may not listen on port ${port}; choose one above 1023 with --port`);
      case "EADDRNOTAVAIL":
      case "ENOTFOUND":
      case "EAI_AGAIN":
        throw new Ends(exits.trouble, `${host} is not an address of this computer; choose another with --host`);
      default:
        throw error;
    }
  };

/** Listens for a moment. Port 0 is always free. @throws Ends */
export const checkPort = async (port: number, host: string): Promise<void> => {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host }, resolve);
  }).catch(noPort(port, host));
  await new Promise((resolve) => server.close(resolve));
};
