/** What a process says first. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** @throws where it ends before it has said anything, with what it wrote on its standard error if that is piped */
export const firstLine = async (child: ChildProcess): Promise<string> => {
  if (child.stdout === null) throw new Error("its output is not piped");
  let errors = "";
  const hear = (text: Buffer) => {
    errors += text;
  };
  child.stderr?.on("data", hear);
  const done = new AbortController();
  try {
    const [said] = (await Promise.race([
      once(child.stdout, "data", { signal: done.signal }),
      once(child, "close", { signal: done.signal }).then(([code]) => {
        throw new Error(`it ended with ${code} before it said anything: ${errors}`);
      }),
    ])) as [Buffer];
    return String(said);
  } finally {
    done.abort();
    child.stderr?.off("data", hear);
  }
};
