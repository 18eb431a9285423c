/** The API pages, `npm run record api`: every exported name of every entry, into dist/api or the folder that is named. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { entries } from "../docs/entries.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** typedoc calls an entry by its file; a user knows it by the name that he imports. */
const entryNames = (): Map<string, string> =>
  new Map(entries().map(({ name, source }) => [source.replace(/(\/index)?\.tsx?$/, ""), name]));

/**
 * What can be called is to be told in a sentence. The words of guards and actions tell themselves, docs/testing.md has
 * the harness's names, a sentence over the store's port is the title of a case of its contract, and a folder is linked
 * to and not copied.
 */
const isLeftOut = (problem: string): boolean =>
  problem.includes("does not have any documentation")
    ? !problem.includes("(CallSignature)") || /\/src\/(testing\/|ports\/store\.ts)/.test(problem)
    : problem.includes("is not a file and will not be copied");

/**
 * @param out where the pages go; null = nowhere, they are only checked
 * @returns what is wrong: a link that leads nowhere, a call that nobody tells of
 */
export const apiPages = async (out: string | null): Promise<string[]> => {
  const { Application, LogLevel, Logger } = await import("typedoc");
  const app = await Application.bootstrap({
    entryPoints: entries().map(({ source }) => join(root, source)),
    tsconfig: join(root, "tsconfig.json"),
    basePath: root,
    readme: join(root, "README.md"),
    // tsc has checked the types already.
    skipErrorChecking: true,
    excludePrivate: true,
    excludeInternal: true,
    disableGit: true,
    sourceLinkTemplate: "{path}:{line}",
    githubPages: false,
    logLevel: LogLevel.Warn,
    validation: { notExported: false, invalidLink: true, notDocumented: true },
    requiredToBeDocumented: ["Function", "Method"],
  });
  const told: string[] = [];
  class Listening extends Logger {
    override log(message: string, level: number): void {
      if (level >= LogLevel.Warn && !isLeftOut(message)) told.push(message);
    }
  }
  app.logger = new Listening();
  const project = await app.convert();
  if (project === undefined) return told;
  for (const entry of project.children ?? []) entry.name = entryNames().get(entry.name) ?? entry.name;
  app.validate(project);
  if (out !== null) await app.generateDocs(project, out);
  return told;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = await apiPages(process.argv[2] ?? join(root, "dist/api"));
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
