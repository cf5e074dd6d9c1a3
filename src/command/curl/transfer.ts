import { MILLISECOND, SECOND } from "../../base/clock.ts";
import { KernelError, strerror } from "../../base/errno.ts";
import { concat, text, utf8 } from "../../base/text.ts";
import { AGAIN } from "../../base/wait.ts";
import type { Process, Running } from "../../machine/process.ts";
import { TcpSocket } from "../../network/socket/tcp/socket.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { lookupName } from "../tool/resolve.ts";
import { BodyReader } from "./body.ts";
import type { Meter } from "./meter.ts";
import type { Settings } from "./options.ts";
import type { Url } from "./url.ts";

/** A transfer that failed: curl's code and message. */
export class CurlError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** What became of one request; times in ns from the start. */
export interface Result {
  status: number;
  reason: string;
  version: string;
  headers: [string, string][];
  headerBytes: number;
  requestBytes: number;
  downloaded: number;
  uploaded: number;
  remoteAddress: string;
  remotePort: number;
  localAddress: string;
  localPort: number;
  connected: number;
  firstByte: number;
  connects: number;
}

export interface Sink {
  headers(raw: string): void;
  body(data: Uint8Array): Running<void>;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64(bytes: Uint8Array): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const n = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const left = bytes.length - i;
    out += BASE64[n >> 18] + BASE64[(n >> 12) & 63];
    out += left > 1 ? BASE64[(n >> 6) & 63] : "=";
    out += left > 2 ? BASE64[n & 63] : "=";
  }
  return out;
}

/** One HTTP request over a connection of its own. */
export class Transfer {
  private readonly proc: Process;
  private readonly s: Settings;
  private readonly url: Url;
  private readonly meter: Meter;
  private readonly result: Result;
  private readonly deadline: number;

  constructor(proc: Process, s: Settings, url: Url, meter: Meter, result: Result) {
    this.proc = proc;
    this.s = s;
    this.url = url;
    this.meter = meter;
    this.result = result;
    // curl looks at its timeout when a whole millisecond more has passed.
    this.deadline = s.maxTime > 0 ? meter.start + s.maxTime * SECOND + MILLISECOND : Number.POSITIVE_INFINITY;
  }

  private get now(): number {
    return this.proc.machine.now;
  }
  private get elapsedMs(): number {
    return Math.floor((this.now - this.meter.start) / MILLISECOND);
  }
  private say(line: string): void {
    if (this.s.verbose) this.proc.err(`* ${line}\n`);
  }

  private *wait(queues: { readable?: TcpSocket; writable?: TcpSocket }, until: number): Running<void> {
    const list = [];
    if (queues.readable) list.push(queues.readable.readable);
    if (queues.writable) list.push(queues.writable.writable);
    const at = Math.min(until, this.deadline, this.meter.due);
    yield at === Number.POSITIVE_INFINITY ? { queues: list } : { queues: list, until: at };
    if (this.now < this.deadline) this.meter.tick();
  }

  private resolve(): number {
    const { host, port } = this.url;
    const given = this.s.resolve.find((r) => (r.host === host || r.host === "*") && r.port === port);
    const name = given ? given.address : host;
    const address =
      ipv4.parse(name) ?? lookupName(this.proc, name) ?? (name === "localhost" ? 0x7f000001 : undefined);
    if (address === undefined) throw new CurlError(6, `Could not resolve host: ${host}`);
    return address;
  }

  private *connect(socket: TcpSocket): Running<void> {
    const { host, port } = this.url;
    const address = this.resolve();
    const shown = ipv4.format(address);
    this.meter.begin();
    this.say(`  Trying ${shown}:${port}...`);
    this.bind(socket);
    const failed = (code: number, why: string): CurlError => {
      const message = `Failed to connect to ${host} port ${port} after ${this.elapsedMs} ms: ${why}`;
      this.say(message);
      return new CurlError(code, message);
    };
    try {
      socket.connect(address, port);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.say(`Immediate connect fail for ${shown}: ${strerror(error.code)}`);
      throw failed(7, "Couldn't connect to server");
    }
    const limit = this.meter.start + (this.s.connectTimeout || 300) * SECOND;
    while (socket.undecided) {
      if (this.now >= limit) throw failed(28, "Timeout was reached");
      if (this.now >= this.deadline)
        throw new CurlError(28, `Connection timed out after ${this.elapsedMs} milliseconds`);
      yield* this.wait({ writable: socket }, limit);
    }
    const error = socket.takeError();
    if (error !== null) {
      this.say(`connect to ${shown} port ${port} failed: ${strerror(error)}`);
      throw failed(error === "ETIMEDOUT" ? 28 : 7, "Couldn't connect to server");
    }
    this.say(`Connected to ${host} (${shown}) port ${port} (#0)`);
    const r = this.result;
    r.remoteAddress = shown;
    r.remotePort = port;
    r.localAddress = ipv4.format(socket.localAddress);
    r.localPort = socket.localPort;
    r.connected = this.now - this.meter.start;
    r.connects++;
  }

  /** --interface and --local-port. */
  private bind(socket: TcpSocket): void {
    const { interfaceName, localPort } = this.s;
    let address = 0;
    if (interfaceName !== "") {
      const name = interfaceName.replace(/^(if|host)!/, "");
      const dev = this.proc.net.links.byName(name);
      if (dev) socket.options.device = dev;
      else {
        const given = ipv4.parse(name);
        if (given === undefined) throw new CurlError(45, `Couldn't bind to '${name}'`);
        address = given;
      }
    }
    if (address === 0 && localPort === 0) return;
    try {
      socket.bind(address, localPort);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      throw new CurlError(45, `bind failed with errno ${error.errno}: ${strerror(error.code)}`);
    }
  }

  private request(method: string, body: string | null): string {
    const { s, url } = this;
    const overrides = new Set(s.headers.map((h) => h.split(/[:;]/)[0].toLowerCase()));
    const lines = [`${method} ${url.path} HTTP/${s.http10 ? "1.0" : "1.1"}`];
    const add = (name: string, value: string) => {
      if (!overrides.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
    };
    const host = s.headers.find((h) => /^host:/i.test(h));
    if (host) lines.push(host);
    else add("Host", url.host + (url.explicitPort ? `:${url.port}` : ""));
    const user = s.user || url.user;
    if (user) add("Authorization", `Basic ${base64(utf8(user.includes(":") ? user : `${user}:`))}`);
    if (s.userAgent !== "") add("User-Agent", s.userAgent);
    add("Accept", "*/*");
    for (const header of s.headers) {
      if (/^host:/i.test(header)) continue;
      if (/^[^:]+:\s*$/.test(header)) continue;
      lines.push(header.endsWith(";") && !header.includes(":") ? `${header.slice(0, -1)}:` : header);
    }
    if (body !== null) {
      add("Content-Length", String(utf8(body).length));
      add("Content-Type", "application/x-www-form-urlencoded");
    }
    return `${lines.join("\r\n")}\r\n\r\n`;
  }

  private *sendAll(socket: TcpSocket, data: Uint8Array): Running<void> {
    let at = 0;
    while (at < data.length) {
      let n: number | typeof AGAIN;
      try {
        n = socket.send(data.subarray(at));
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        throw new CurlError(55, `Send failure: ${strerror(error.code)}`);
      }
      if (n === AGAIN) {
        if (this.now >= this.deadline) throw this.timedOut();
        yield* this.wait({ writable: socket }, Number.POSITIVE_INFINITY);
      } else at += n;
    }
  }

  private timedOut(): CurlError {
    const { received, expected } = this.meter;
    const of = expected >= 0 ? ` out of ${expected}` : "";
    return new CurlError(
      28,
      `Operation timed out after ${this.elapsedMs} milliseconds with ${received}${of} bytes received`,
    );
  }

  private *receive(socket: TcpSocket): Running<Uint8Array> {
    for (;;) {
      try {
        const data = socket.receive(16384);
        if (data !== AGAIN) return data;
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        const message = `Recv failure: ${strerror(error.code)}`;
        this.say(message);
        throw new CurlError(56, message);
      }
      if (this.now >= this.deadline) throw this.timedOut();
      yield* this.wait({ readable: socket }, Number.POSITIVE_INFINITY);
    }
  }

  *run(method: string, body: string | null, sink: Sink): Running<void> {
    const { proc, s, result: r } = this;
    const socket = new TcpSocket(proc.net, proc);
    socket.noDelay = true;
    const fd = proc.addFd(socket);
    let keep = false;
    try {
      yield* this.connect(socket);
      const head = this.request(method, body);
      if (s.verbose) for (const line of head.split("\r\n").slice(0, -1)) proc.err(`> ${line}\n`);
      const bytes = utf8(head);
      r.requestBytes = bytes.length;
      const payload = body === null ? new Uint8Array(0) : utf8(body);
      yield* this.sendAll(socket, concat([bytes, payload]));
      if (payload.length > 0) {
        this.meter.expectedUpload = payload.length;
        this.meter.uploaded = payload.length;
        r.uploaded = payload.length;
      }
      keep = yield* this.response(socket, method, sink);
      if (keep) this.say(`Connection #0 to host ${this.url.host} left intact`);
    } catch (error) {
      if (error instanceof CurlError && error.code !== 22) this.meter.end();
      throw error;
    } finally {
      if (!keep) this.closing = true;
      proc.closeFd(fd);
    }
  }
  /** "* Closing connection 0" is still to be said, after the meter's last line. */
  closing = false;

  /** Reads the answer; true when the connection could be used again. */
  private *response(socket: TcpSocket, method: string, sink: Sink): Running<boolean> {
    const r = this.result;
    let buffer: Uint8Array = new Uint8Array(0);
    let head = "";
    for (;;) {
      const data = yield* this.receive(socket);
      if (r.firstByte === 0) r.firstByte = this.now - this.meter.start;
      if (data.length === 0) {
        if (buffer.length === 0) {
          this.say("Empty reply from server");
          throw new CurlError(52, "Empty reply from server");
        }
        throw new CurlError(1, "Received HTTP/0.9 when not allowed");
      }
      buffer = buffer.length === 0 ? data : concat([buffer, data]);
      if (buffer.length >= 5 && !/^HTTP\//.test(text(buffer.subarray(0, 5))))
        throw new CurlError(1, "Received HTTP/0.9 when not allowed");
      const end = headerEnd(buffer);
      if (end < 0) continue;
      head = text(buffer.subarray(0, end));
      buffer = buffer.subarray(end);
      const status = Number(/^HTTP\/[\d.]+ (\d+)/.exec(head)?.[1] ?? 0);
      if (status >= 200 || status < 100) break;
      sink.headers(head);
      head = "";
    }
    const lines = head.split(/\r?\n/).filter((l) => l !== "");
    const m = /^HTTP\/([\d.]+) (\d+) ?(.*)$/.exec(lines[0]);
    r.version = m?.[1] ?? "1.1";
    r.status = Number(m?.[2] ?? 0);
    r.reason = m?.[3] ?? "";
    r.headerBytes += utf8(head).length;
    r.headers = lines.slice(1).map((l) => {
      const colon = l.indexOf(":");
      return [l.slice(0, colon), l.slice(colon + 1).trim()];
    });
    if (this.s.verbose) {
      if (r.version === "1.0") this.say("HTTP 1.0, assume close after body");
      for (const line of lines) this.proc.err(`< ${line}\n`);
      this.proc.err("< \n");
    }
    if (this.s.failOnError && r.status >= 400)
      throw new CurlError(22, `The requested URL returned error: ${r.status}`);
    sink.headers(head);
    const header = (name: string) => r.headers.find(([n]) => n.toLowerCase() === name)?.[1];
    const reader = new BodyReader(method, r.status, header("content-length"), header("transfer-encoding"));
    if (reader.expected > 0) this.meter.expected = reader.expected;
    let told = false;
    for (;;) {
      const pieces = reader.take(buffer);
      for (const piece of pieces) {
        if (this.s.verbose && !told && !(this.proc.fds.get(1)?.isTty && this.s.outputs.length === 0)) {
          this.proc.err(`{ [${piece.length} bytes data]\n`);
        }
        told = true;
        r.downloaded += piece.length;
        this.meter.received = r.downloaded;
        yield* sink.body(piece);
      }
      if (reader.done) break;
      buffer = yield* this.receive(socket);
      if (buffer.length === 0) {
        if (reader.untilClose) break;
        const left = reader.remaining;
        throw left >= 0
          ? new CurlError(18, `transfer closed with ${left} bytes remaining to read`)
          : new CurlError(18, "transfer closed with outstanding read data remaining");
      }
    }
    const connection = header("connection")?.toLowerCase() ?? "";
    return r.version !== "1.0" && connection !== "close" && !reader.untilClose;
  }
}

/** One past the empty line that ends the headers, or −1. */
function headerEnd(data: Uint8Array): number {
  for (let i = 1; i < data.length; i++) {
    if (data[i] !== 10) continue;
    if (data[i - 1] === 10) return i + 1;
    if (data[i - 1] === 13 && i >= 3 && data[i - 2] === 10) return i + 1;
  }
  return -1;
}
