import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import * as v from "valibot";
import { type WebSocket, WebSocketServer } from "ws";
import { pack, reason } from "../../link/codec.ts";
import { Desk, type DeskOptions } from "../../link/desk.ts";
import { requestSchema } from "../../link/protocol.ts";
import { REFUSALS } from "./answer.ts";
import type { Guard } from "./guard.ts";

/** A lab of 200 files fits in; nothing that a page says is larger. */
const MESSAGE = 32e6;
/** More than this the page leaves unread only if it has stopped reading. */
const UNREAD = 256e6;
/** Each page has a sandbox of its own. */
const PAGES = 4;

/** WebSocket close codes of ours (4000–4999: RFC 6455, 7.4.2). */
const CODE = { ended: 4000, full: 4001, wrong: 4002, slow: 4003 } as const;

/** Pages that have an engine: each its own, which ends when the page's WebSocket does. */
export class Sockets {
  private readonly guard: Guard;
  private readonly open: DeskOptions["open"];
  private readonly log: (line: string) => void;
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE,
    perMessageDeflate: false,
  });
  private readonly desks = new Map<WebSocket, Desk>();
  private readonly ending = new Set<Promise<void>>();
  private last = 0;

  constructor(guard: Guard, open: DeskOptions["open"], log: (line: string) => void) {
    this.guard = guard;
    this.open = open;
    this.log = log;
  }

  /** A client asks for a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => {});
    const asked = this.guard.socketPath(request);
    if ("refused" in asked || asked.path !== "/engine") {
      const { status, text } =
        "refused" in asked ? REFUSALS[asked.refused] : { status: 404, text: "not found\n" };
      socket.end(
        `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
      return;
    }
    this.server.handleUpgrade(request, socket, head, (client) => this.serve(client));
  }

  private serve(socket: WebSocket): void {
    socket.on("error", () => {});
    if (this.desks.size >= PAGES) {
      socket.close(CODE.full, `${PAGES} pages have a sandbox each already: close one, then reset here`);
      return;
    }
    const id = ++this.last;
    const desk = new Desk({
      open: this.open,
      say: (response) => {
        if (socket.readyState !== socket.OPEN) return;
        socket.send(pack(response));
        if (response.type === "failed") socket.close(CODE.ended, reason(response.message));
        else if (socket.bufferedAmount > UNREAD) socket.close(CODE.slow, "the page has stopped reading");
      },
    });
    this.desks.set(socket, desk);
    this.log(`page ${id} is open: it has a sandbox of its own.`);
    socket.on("message", (data, isBinary) => {
      const request = isBinary ? undefined : parse(String(data));
      if (request) desk.take(request);
      else socket.close(CODE.wrong, "the page said what this version of packetwalk does not know: reload it");
    });
    socket.on("close", () => {
      this.desks.delete(socket);
      const ended = desk.close().then(
        () => this.log(`page ${id} is closed: its sandbox has ended.`),
        (error: unknown) => this.log(`page ${id} is closed; its sandbox: ${String(error)}`),
      );
      this.ending.add(ended);
      void ended.then(() => this.ending.delete(ended));
    });
  }

  /** Ends every sandbox. */
  async close(): Promise<void> {
    for (const socket of this.desks.keys()) {
      socket.close(CODE.ended, "packetwalk ui was ended, and the sandbox with it");
      // Its page may not answer.
      setTimeout(() => socket.terminate(), 300).unref();
    }
    await Promise.all([...this.desks.values()].map((desk) => desk.close()));
    await Promise.all(this.ending);
  }
}

function parse(text: string): v.InferOutput<typeof requestSchema> | undefined {
  try {
    const read = v.safeParse(requestSchema, JSON.parse(text));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}
