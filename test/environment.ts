/** The files of a worker share its process: what one of them put into the environment is gone before the next. */
import { afterAll } from "vitest";

const before = { ...process.env };
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});
