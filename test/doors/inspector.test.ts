/** Row 9: an inspector without a token is open to this computer, by its sockets and not by what a request says. */
import { afterEach, describe, expect, test } from "vitest";
import { listen } from "../../src/http/serve.js";
import { inspector } from "../../src/inspector/inspector.js";
import { Place } from "../engine/place.js";
import { knock, otherAddress } from "./knock.js";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const opened = async () => {
  const world = await Place.made();
  closing.push(() => world.end());
  await world.order("o");
  const server = await listen(inspector({ engine: world.engine }).fetch, { hostname: "0.0.0.0" });
  closing.push(() => server.close());
  return { world, port: new URL(server.url).port };
};

describe("doors 9: the inspector without a token", () => {
  test("is open on this computer, by each of its names", async () => {
    const { port } = await opened();
    for (const host of ["127.0.0.1", "localhost", `localhost:${port}`, "[::1]"]) {
      const { status, text } = await knock(`http://127.0.0.1:${port}/orders/o`, { headers: { host } });
      expect([host, status]).toEqual([host, 200]);
      expect(text).toContain("pay-o");
    }
  });

  test.skipIf(otherAddress() === null)("is closed to other sockets, whatever Host they name", async () => {
    const { port } = await opened();
    for (const host of ["localhost", "127.0.0.1", "[::1]", `${otherAddress()}:${port}`]) {
      const { status, text } = await knock(`http://${otherAddress()}:${port}/orders/o`, { headers: { host } });
      expect([host, status, text]).toEqual([host, 403, "Without a token, localhost only."]);
    }
  });

  test("is closed to a name that was pointed here, and to what a proxy passes on", async () => {
    const { port } = await opened();
    for (const headers of [
      { host: "evil.example" },
      { "x-forwarded-for": "10.0.0.9" },
      { forwarded: "for=10.0.0.9" },
    ]) {
      const { status } = await knock(`http://127.0.0.1:${port}/`, {
        headers: headers as unknown as Record<string, string>,
      });
      expect([headers, status]).toEqual([headers, 403]);
    }
  });

  test("is closed where nobody knows the socket, and says how to tell it", async () => {
    const { world } = await opened();
    const asked = () => new Request("http://localhost/orders/o");
    const blind = await inspector({ engine: world.engine }).fetch(asked());
    expect([blind.status, await blind.text()]).toEqual([403, expect.stringContaining("pass access.socketOf")]);
    const from = (address: string) =>
      inspector({ engine: world.engine, access: { kind: "loopback", socketOf: () => address } }).fetch(asked());
    expect((await from("::1")).status).toBe(200);
    expect((await from("10.0.0.1")).status).toBe(403);
  });
});
