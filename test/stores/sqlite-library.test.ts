/** Which SQLite a store is opened with, and what it says where there is none. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { StoreError } from "../../src/ports/store.js";
import { chosen, type SqliteLibrary } from "../../src/stores/sqlite/library.js";

/** A library that says this version of itself. */
const library = (version: string, members: object = { serialize: () => {} }): SqliteLibrary => {
  class DatabaseSync {
    prepare = () => ({ get: () => ({ version }) });
    close = () => {};
  }
  Object.assign(DatabaseSync.prototype, members);
  return { DatabaseSync } as unknown as SqliteLibrary;
};
const none = () => null;

test("Node's own where it is new enough, or else the package", () => {
  const [own, packaged] = [library("3.51.3"), library("3.53.4")];
  expect(chosen({ own: () => own, installed: () => packaged })).toBe(own);
  expect(chosen({ own: () => own, installed: none })).toBe(own);
  expect(chosen({ own: () => library("3.51.2"), installed: () => packaged })).toBe(packaged);
  expect(chosen({ own: none, installed: () => packaged })).toBe(packaged);
  for (const version of ["3.52.0", "4.0.0"])
    expect(chosen({ own: () => library(version), installed: none })).toBeTruthy();
});

const fix = "npm install @photostructure/sqlite@2";
const major = process.versions.node.split(".")[0];
test.each([
  ["neither", none, none, `Node ${major} has no built-in SQLite; run: ${fix}`],
  ["an old one of Node", () => library("3.50.9"), none, `the SQLite 3.50.9 of Node ${major} can lose committed data`],
  [
    "an old package",
    none,
    () => library("3.51.2"),
    `Node ${major} has no built-in SQLite, and the package @photostructure/sqlite is too old; run: ${fix}`,
  ],
  [
    "its first major",
    none,
    () => library("3.53.0", {}),
    `Node ${major} has no built-in SQLite, and the package @photostructure/sqlite is too old; run: ${fix}`,
  ],
])("with %s it says what to install", (_, own, installed, says) => {
  const choose = () => chosen({ own, installed });
  expect(choose).toThrow(StoreError);
  expect(choose).toThrow(says);
  expect(choose).toThrow(fix);
});

test("a package that does not load says why itself", () => {
  const broken = () => {
    throw new Error("No native build was found");
  };
  expect(() => chosen({ own: none, installed: broken })).toThrow("No native build was found");
});

test("nothing is printed of what is experimental, and all else that warns is", async () => {
  const driver = fileURLToPath(new URL("../../src/stores/sqlite/driver.js", import.meta.url));
  const script = `import { Database } from ${JSON.stringify(driver)};
    new Database(":memory:").close();
    process.emitWarning("this one", { code: "TEST" });`;
  const { stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  expect(stderr).toContain("this one");
  expect(stderr).not.toContain("Experimental");
});
