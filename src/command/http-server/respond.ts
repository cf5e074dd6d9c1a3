import { SECOND } from "../../base/clock.ts";
import { concat, utf8 } from "../../base/text.ts";
import type { Process } from "../../machine/process.ts";
import * as vfs from "../../machine/vfs.ts";
import { contentType, escapeHtml, httpDate, parseHttpDate, quote, unquote } from "./http.ts";

/** What http.server answers to one request: bytes for the client, lines for the access log. */
export interface Answer {
  readonly bytes: Uint8Array;
  /** Lines without address and date. */
  readonly log: readonly string[];
}

const STATUS: Readonly<Record<number, readonly [string, string]>> = {
  200: ["OK", "Request fulfilled, document follows"],
  301: ["Moved Permanently", "Object moved permanently -- see URI list"],
  304: ["Not Modified", "Document has not changed since given time"],
  400: ["Bad Request", "Bad request syntax or unsupported method"],
  404: ["Not Found", "Nothing matches the given URI"],
  414: ["Request-URI Too Long", "URI is too long"],
  501: ["Not Implemented", "Server does not support this operation"],
  505: ["HTTP Version Not Supported", "Cannot fulfill request"],
};

const SERVER = "SimpleHTTP/0.6 Python/3.11.2";

class Responder {
  readonly proc: Process;
  readonly protocol: string;
  readonly directory: string;
  readonly log: string[] = [];
  requestLine = "";
  /** HTTP/0.9 requests get no headers. */
  simple = false;

  constructor(proc: Process, protocol: string, directory: string) {
    this.proc = proc;
    this.protocol = protocol;
    this.directory = directory;
  }

  private get now(): number {
    return this.proc.machine.epoch + this.proc.machine.now;
  }

  head(status: number, message: string, headers: readonly (readonly [string, string])[]): string {
    this.log.push(`"${this.requestLine}" ${status} -`);
    if (this.simple) return "";
    const lines = [
      `${this.protocol} ${status} ${message}`,
      `Server: ${SERVER}`,
      `Date: ${httpDate(this.now)}`,
    ];
    for (const [name, value] of headers) lines.push(`${name}: ${value}`);
    return `${lines.join("\r\n")}\r\n\r\n`;
  }

  error(status: number, message: string | undefined, head: boolean): Answer {
    const [short, long] = STATUS[status];
    const said = message ?? short;
    this.log.push(`code ${status}, message ${said}`);
    const body =
      '<!DOCTYPE HTML>\n<html lang="en">\n    <head>\n        <meta charset="utf-8">\n' +
      "        <title>Error response</title>\n    </head>\n    <body>\n        <h1>Error response</h1>\n" +
      `        <p>Error code: ${status}</p>\n        <p>Message: ${escapeHtml(said)}.</p>\n` +
      `        <p>Error code explanation: ${status} - ${long}.</p>\n    </body>\n</html>\n`;
    const bytes = utf8(body);
    const top = this.head(status, said, [
      ["Connection", "close"],
      ["Content-Type", "text/html;charset=utf-8"],
      ["Content-Length", String(bytes.length)],
    ]);
    return { bytes: head ? utf8(top) : concat([utf8(top), bytes]), log: this.log };
  }

  answer(top: string, body: Uint8Array | null): Answer {
    return { bytes: body === null ? utf8(top) : concat([utf8(top), body]), log: this.log };
  }

  /** SimpleHTTPRequestHandler.send_head. */
  serve(url: string, headers: ReadonlyMap<string, string>, head: boolean): Answer {
    const plain = url.split("?")[0].split("#")[0];
    const slash = plain.trimEnd().endsWith("/");
    let path = this.directory;
    for (const word of unquote(plain).split("/")) {
      if (word === "" || word === "." || word === ".." || word.includes("/")) continue;
      path = `${path.endsWith("/") ? path : `${path}/`}${word}`;
    }
    if (slash && path !== this.directory) path += "/";
    const inode = vfs.tryLookup(this.proc, path);
    if (inode?.type === "directory") {
      if (!slash) {
        const query = url.includes("?") ? `?${url.split("?")[1]}` : "";
        const top = this.head(301, STATUS[301][0], [
          ["Location", `${plain}/${query}`],
          ["Content-Length", "0"],
        ]);
        return this.answer(top, null);
      }
      for (const index of ["index.html", "index.htm"]) {
        const candidate = `${path.endsWith("/") ? path : `${path}/`}${index}`;
        if (vfs.tryLookup(this.proc, candidate)?.type === "file") return this.file(candidate, headers, head);
      }
      return this.listing(path, url, head);
    }
    if (path.endsWith("/") || inode === undefined) return this.error(404, "File not found", head);
    return this.file(path, headers, head);
  }

  private file(path: string, headers: ReadonlyMap<string, string>, head: boolean): Answer {
    let body: Uint8Array;
    let modified: number;
    try {
      body = vfs.readBytes(this.proc, path);
      modified = vfs.stat(this.proc, path).mtime;
    } catch {
      return this.error(404, "File not found", head);
    }
    const since = headers.get("if-modified-since");
    if (since !== undefined && !headers.has("if-none-match")) {
      const seconds = parseHttpDate(since);
      if (seconds !== undefined && Math.floor(modified / SECOND) <= seconds) {
        return this.answer(this.head(304, STATUS[304][0], []), null);
      }
    }
    const top = this.head(200, STATUS[200][0], [
      ["Content-type", contentType(path)],
      ["Content-Length", String(body.length)],
      ["Last-Modified", httpDate(modified)],
    ]);
    return this.answer(top, head ? null : body);
  }

  /** SimpleHTTPRequestHandler.list_directory. */
  private listing(path: string, url: string, head: boolean): Answer {
    const names = vfs.readdir(this.proc, path).filter((n) => n !== "." && n !== "..");
    names.sort((a, b) =>
      a.toLowerCase() < b.toLowerCase() ? -1 : a.toLowerCase() > b.toLowerCase() ? 1 : 0,
    );
    const title = `Directory listing for ${escapeHtml(unquote(url))}`;
    const lines = [
      "<!DOCTYPE HTML>",
      '<html lang="en">',
      "<head>",
      '<meta charset="utf-8">',
      `<title>${title}</title>`,
      "</head>",
      "<body>",
      `<h1>${title}</h1>`,
      "<hr>",
      "<ul>",
    ];
    for (const name of names) {
      const full = `${path.endsWith("/") ? path : `${path}/`}${name}`;
      let shown = name;
      let link = name;
      if (vfs.tryLookup(this.proc, full)?.type === "directory") {
        shown = `${name}/`;
        link = shown;
      }
      if (vfs.tryLookup(this.proc, full, false)?.type === "symlink") shown = `${name}@`;
      lines.push(`<li><a href="${quote(link)}">${escapeHtml(shown)}</a></li>`);
    }
    lines.push("</ul>", "<hr>", "</body>", "</html>", "");
    const body = utf8(lines.join("\n"));
    const top = this.head(200, STATUS[200][0], [
      ["Content-type", "text/html; charset=utf-8"],
      ["Content-Length", String(body.length)],
    ]);
    return this.answer(top, head ? null : body);
  }
}

/** BaseHTTPRequestHandler.parse_request and the method. `request`: request line and headers. */
export function respond(proc: Process, protocol: string, directory: string, request: string): Answer {
  const r = new Responder(proc, protocol, directory);
  const lines = request.split(/\r?\n/);
  const line = lines[0];
  r.requestLine = line;
  const words = line.split(/\s+/).filter((w) => w !== "");
  let version = "HTTP/0.9";
  if (words.length >= 3) {
    version = words[words.length - 1];
    const m = /^HTTP\/(\d+)\.(\d+)$/.exec(version);
    if (!m) return r.error(400, `Bad request version ('${version}')`, false);
    if (Number(m[1]) >= 2) return r.error(505, `Invalid HTTP version (${m[1]}.${m[2]})`, false);
  }
  if (words.length < 2 || words.length > 3) return r.error(400, `Bad request syntax ('${line}')`, false);
  r.simple = words.length === 2;
  const [method, target] = words;
  if (r.simple && method !== "GET") return r.error(400, `Bad HTTP/0.9 request type ('${method}')`, false);
  const headers = new Map<string, string>();
  for (const header of lines.slice(1)) {
    const colon = header.indexOf(":");
    if (colon > 0) headers.set(header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim());
  }
  const url = target.startsWith("//") ? `/${target.replace(/^\/+/, "")}` : target;
  if (method !== "GET" && method !== "HEAD")
    return r.error(501, `Unsupported method ('${method}')`, method === "HEAD");
  return r.serve(url, headers, method === "HEAD");
}
