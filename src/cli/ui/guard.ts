import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Why a request gets nothing. */
export type Refusal = "host" | "secret" | "origin" | "method";

/**
 * Who may ask: whoever knows the secret, from a page that this very server gave out. The secret is the first part
 * of the path, so that every request of the page carries it. It is in no command line, no file and no header.
 */
export class Guard {
  /** 192 random bits. */
  readonly secret = randomBytes(24).toString("base64url");
  private readonly digest = sha256(this.secret);
  /** The addresses that people may have typed for this machine. A name that others' DNS points here is none. */
  private hosts: readonly string[] = [];

  /** The server listens on this port of 127.0.0.1. */
  listens(port: number): void {
    this.hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  }

  /** The path behind the secret; or why there is none. */
  path(request: IncomingMessage): { path: string } | { refused: Refusal } {
    if (!this.hosts.includes(request.headers.host ?? "")) return { refused: "host" };
    const [, secret, path] = /^\/([^/?#]*)(\/[^?#]*)?/.exec(request.url ?? "") ?? [];
    // Digests are compared, of one length whatever was sent, in constant time.
    if (!timingSafeEqual(sha256(secret ?? ""), this.digest)) return { refused: "secret" };
    if (!this.isOwn(request)) return { refused: "origin" };
    if (request.method !== "GET" && request.method !== "HEAD") return { refused: "method" };
    return { path: path ?? "" };
  }

  /** The same for a WebSocket: browsers always say from where it is opened. */
  socketPath(request: IncomingMessage): { path: string } | { refused: Refusal } {
    if (request.headers.origin === undefined) return { refused: "origin" };
    return this.path(request);
  }

  /** Not asked for by another page: neither by its script nor for its frames, images and style. */
  private isOwn({ headers }: IncomingMessage): boolean {
    const { origin } = headers;
    if (origin !== undefined && !this.hosts.some((host) => origin === `http://${host}`)) return false;
    const site = headers["sec-fetch-site"];
    if (site === undefined || site === "same-origin" || site === "none") return true;
    // A link or a redirect may lead a person here; what it leads to is a window of its own.
    return headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  }
}

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();
