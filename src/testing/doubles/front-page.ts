/** What stands before a bank or a shop and answers in its place: a proxy, a load balancer, an API gateway. */
import type { HttpAnswer } from "./resurs/http.js";

/** How it words the answer: a page as nginx has it, a line of text, nothing at all, or a gateway's own JSON. */
export const frontBodies = ["html", "plain", "empty", "json"] as const;
export type FrontBody = (typeof frontBodies)[number];

export interface FrontPage {
  status: number;
  /** Default html. */
  body?: FrontBody;
  /** The request was passed on and carried out, and only its answer was lost; default: it went no further. */
  passedOn?: boolean;
}

const reasons: Record<number, string> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Not Allowed",
  410: "Gone",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

export const frontAnswer = ({ status, body = "html" }: FrontPage): HttpAnswer => {
  const words = `${status} ${reasons[status] ?? "Error"}`;
  switch (body) {
    case "html": {
      const page = `<html>\r\n<head><title>${words}</title></head>\r\n<body>\r\n<center><h1>${words}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
      return { status, body: page, headers: { "content-type": "text/html" } };
    }
    case "plain":
      return { status, body: `${words}\n`, headers: { "content-type": "text/plain; charset=utf-8" } };
    case "empty":
      return { status };
    case "json":
      return { status, body: { statusCode: status, message: reasons[status] ?? "Error" } };
  }
};

/** `404`, `403-plain`, `404-json-after-apply`; null = not in this form. */
export const frontPage = (words: string): FrontPage | null => {
  const [, status, body, after] = /^([45]\d\d)(?:-(html|plain|empty|json))?(-after-apply)?$/.exec(words) ?? [];
  if (status === undefined) return null;
  return { status: Number(status), body: (body ?? "html") as FrontBody, passedOn: after !== undefined };
};
