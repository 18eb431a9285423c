/**
 * The lines of a stream, as many at a time as have arrived. Not node:readline: that also breaks a line at U+2028,
 * which JSON allows inside a string.
 */
export async function* linesIn(stream: NodeJS.ReadStream): AsyncGenerator<string[]> {
  stream.setEncoding("utf8");
  // Pieces of a line that has not ended yet; joined once, so that a long line costs no more than its length.
  let open: string[] = [];
  for await (const chunk of stream) {
    const [head = "", ...rest] = (chunk as string).split("\n");
    open.push(head);
    const last = rest.pop();
    if (last === undefined) continue;
    yield [open.join(""), ...rest];
    open = [last];
  }
  const end = open.join("");
  if (end !== "") yield [end];
}
