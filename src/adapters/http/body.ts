/** Reading a body that anybody on the internet may have written. */

/** Standard Webhooks advises less than 20 kB; a Resurs callback is 150 bytes. */
export const BODY_CAP_BYTES = 16 * 1024;
/** JSON.parse takes 200,000 nested arrays; whatever stores or logs them does not. */
const DEPTH_CAP = 32;

export type Body = { ok: true; json: unknown; text: string } | { ok: false; status: 400 | 413; code: string };

const tooDeep = (text: string): boolean => {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x5b || c === 0x7b) {
      depth += 1;
      if (depth > DEPTH_CAP) return true;
    } else if (c === 0x5d || c === 0x7d) depth -= 1;
  }
  return false;
};

const bytesOf = async (request: Request): Promise<Uint8Array | null> => {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_CAP_BYTES) return null;
  if (request.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    if (size > BODY_CAP_BYTES) return null;
    parts.push(part);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
};

/** The body as JSON: size before reading, depth before parsing. */
export const readBody = async (request: Request): Promise<Body> => {
  const bytes = await bytesOf(request);
  if (bytes === null) return { ok: false, status: 413, code: "body-too-large" };
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === "") return { ok: false, status: 400, code: "empty-body" };
  if (tooDeep(text)) return { ok: false, status: 400, code: "body-too-deep" };
  try {
    return { ok: true, json: JSON.parse(text), text };
  } catch {
    return { ok: false, status: 400, code: "not-json" };
  }
};
