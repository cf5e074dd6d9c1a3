import { SECOND } from "../../base/clock.ts";
import { KernelError } from "../../base/errno.ts";
import { utf8 } from "../../base/text.ts";
import type { OpenFile } from "../../machine/file.ts";
import type { Process, Running } from "../../machine/process.ts";
import type { Command } from "../../machine/program.ts";
import * as vfs from "../../machine/vfs.ts";
import { Stdio } from "../tool/stdio.ts";
import { Meter } from "./meter.ts";
import { CurlUsage, parseOptions, type Settings } from "./options.ts";
import { CurlError, type Result, Transfer } from "./transfer.ts";
import { parseUrl, resolveUrl, type Url } from "./url.ts";
import { writeOut } from "./write-out.ts";

const HELP = `Usage: curl [options...] <url>
 -d, --data <data>          HTTP POST data
 -f, --fail                 Fail fast with no output on HTTP errors
 -h, --help <category>      Get help for commands
 -i, --include              Include protocol response headers in the output
 -o, --output <file>        Write to file instead of stdout
 -O, --remote-name          Write output to a file named as the remote file
 -s, --silent               Silent mode
 -T, --upload-file <file>   Transfer local FILE to destination
 -u, --user <user:password> Server user and password
 -A, --user-agent <name>    Send User-Agent <name> to server
 -v, --verbose              Make the operation more talkative
 -V, --version              Show version number and quit

This is not the full help, this menu is stripped into categories.
Use "--help category" to get an overview of all categories.
For all options use the manual or "--help all".
`;

const VERSION = `curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1
Release-Date: 2023-02-20
Protocols: http (simulated by Packetwalk)
`;

function newResult(): Result {
  return {
    status: 0,
    reason: "",
    version: "",
    headers: [],
    headerBytes: 0,
    requestBytes: 0,
    downloaded: 0,
    uploaded: 0,
    remoteAddress: "",
    remotePort: 0,
    localAddress: "",
    localPort: 0,
    connected: 0,
    firstByte: 0,
    connects: 0,
  };
}

/** Where the body goes: opened with the first byte, as curl does. */
class Output {
  private readonly proc: Process;
  readonly path: string | null;
  private readonly stdout: Stdio;
  private fd = 1;
  private opened = false;

  constructor(proc: Process, path: string | null, stdout: Stdio) {
    this.proc = proc;
    this.stdout = stdout;
    this.path = path === "-" ? null : path;
  }

  *write(data: Uint8Array): Running<void> {
    if (this.path === null) {
      yield* this.stdout.printBytes(data);
      return;
    }
    this.open(this.path);
    yield* this.proc.write(this.fd, data);
  }

  private open(path: string): void {
    if (this.opened) return;
    let file: OpenFile;
    try {
      file = vfs.open(this.proc, path, { write: true, create: true, truncate: true });
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.proc.err(`Warning: Failed to open the file ${path}: ${error.message}\n`);
      throw new CurlError(23, "Failure writing output to destination");
    }
    this.opened = true;
    this.fd = this.proc.addFd(file);
  }

  /** An empty body still makes the file. */
  finish(ok: boolean): void {
    if (ok && this.path !== null) this.open(this.path);
    if (this.opened) this.proc.closeFd(this.fd);
  }
}

/** One URL with its redirects and retries; curl's exit code. */
function* fetch(proc: Process, s: Settings, given: string, output: Output, stdout: Stdio): Running {
  const toTerminal = output.path === null && (proc.fds.get(1)?.isTty ?? false);
  const meter = new Meter(proc, !s.silent && !s.noProgress && !toTerminal);
  const result = newResult();
  let address = given;
  let url: Url | undefined;
  let redirects = 0;
  let redirectUrl = "";
  let code = 0;
  let message = "";
  let method = s.head ? "HEAD" : s.data.length > 0 && !s.get ? "POST" : "GET";
  let body = s.data.length > 0 && !s.get ? s.data.join("&") : null;
  let pendingBody: Uint8Array[] = [];
  const start = proc.machine.now;
  let closing = false;
  try {
    for (;;) {
      url = parseUrl(address);
      if (url === undefined) throw new CurlError(3, "URL using bad/illegal format or missing URL");
      if (url.scheme === "https")
        throw new CurlError(1, `Protocol "https" not supported: TLS is not modelled by Packetwalk`);
      if (url.scheme !== "http")
        throw new CurlError(1, `Protocol "${url.scheme}" not supported or disabled in libcurl`);
      if (s.get && s.data.length > 0) {
        url = { ...url, path: `${url.path}${url.path.includes("?") ? "&" : "?"}${s.data.join("&")}` };
      }
      redirectUrl = "";
      pendingBody = [];
      const transfer = new Transfer(proc, s, url, meter, result);
      const sent = s.method || method;
      let follows = false;
      try {
        yield* transfer.run(sent, body, {
          headers: (raw) => {
            const location = result.headers.find(([n]) => n.toLowerCase() === "location")?.[1];
            if (result.status >= 300 && result.status < 400 && location !== undefined && url !== undefined) {
              redirectUrl = resolveUrl(url, location);
              follows = s.location;
            }
            if (s.include || s.head) pendingBody.push(utf8(raw));
          },
          *body(data) {
            if (follows) return;
            for (const piece of pendingBody.splice(0)) yield* output.write(piece);
            yield* output.write(data);
          },
        });
      } finally {
        if (transfer.closing && !follows) closing = true;
        else if (transfer.closing && s.verbose) proc.err("* Closing connection 0\n");
      }
      for (const piece of pendingBody.splice(0)) yield* output.write(piece);
      if (!follows) break;
      if (++redirects > s.maxRedirects)
        throw new CurlError(47, `Maximum (${s.maxRedirects}) redirects followed`);
      if (s.verbose) proc.err(`* Issue another request to this URL: '${redirectUrl}'\n`);
      if (result.status < 307 && method === "POST" && result.status !== 300) {
        method = "GET";
        body = null;
      }
      address = redirectUrl;
    }
    meter.end();
  } catch (error) {
    if (!(error instanceof CurlError)) throw error;
    code = error.code;
    message = error.message;
    if (code === 22 || code === 23 || code === 47 || code === 1 || code === 3 || code === 6) meter.end();
  }
  output.finish(code === 0);
  if (closing && s.verbose) proc.err("* Closing connection 0\n");
  if (s.writeOut !== "") {
    const effective = url
      ? `${given.includes("://") ? "" : "HTTP://"}${address}${/[^/]\/|\?/.test(address.replace("://", "")) ? "" : "/"}`
      : address;
    const facts = {
      result,
      url,
      effective,
      method: s.method || method,
      total: proc.machine.now - start,
      exitCode: code,
      error: message,
      redirects,
      redirectUrl: s.location ? "" : redirectUrl,
      filename: output.path ?? "",
    };
    yield* stdout.print(
      writeOut(s.writeOut, facts, (name) => proc.err(`curl: unknown --write-out variable: '${name}'\n`)),
    );
  }
  if (code !== 0 && (!s.silent || s.showError)) proc.err(`curl: (${code}) ${message}\n`);
  return code;
}

/** Errors that --retry tries again: time-outs, and refusals with --retry-connrefused. */
function worthRetrying(s: Settings, code: number): boolean {
  return code === 28 || code === 6 || (code === 7 && s.retryConnrefused);
}

export const curl: Command = {
  names: ["curl"],
  directory: "/usr/bin",
  summary: "fetches URLs over HTTP",
  *run(proc) {
    let s: Settings;
    try {
      const parsed = parseOptions(proc, proc.argv.slice(1));
      if (parsed === "version" || parsed === "help") {
        proc.out(parsed === "version" ? VERSION : HELP);
        return 0;
      }
      s = parsed;
      if (s.urls.length === 0) {
        if (proc.argv.length > 1) proc.err("curl: no URL specified!\n");
        proc.err("curl: try 'curl --help' or 'curl --manual' for more information\n");
        return 2;
      }
    } catch (error) {
      if (!(error instanceof CurlUsage)) throw error;
      proc.err(`curl: ${error.message}\n`);
      if (error.status === 2) proc.err("curl: try 'curl --help' or 'curl --manual' for more information\n");
      return error.status;
    }
    let status = 0;
    // stdio's buffer: a pipe gets the body when curl ends, after what it says on standard error.
    const stdout = new Stdio(proc, s.unbuffered ? "none" : undefined);
    for (let i = 0; i < s.urls.length; i++) {
      let path: string | null = s.outputs[i] ?? null;
      if (path === "-O") {
        const name = (parseUrl(s.urls[i])?.path ?? "/").split("?")[0].replace(/^.*\//, "");
        if (name === "") {
          if (!s.silent || s.showError)
            proc.err(
              "curl: Remote file name has no length!\ncurl: (23) Failed writing received data to disk/application\n",
            );
          status = 23;
          continue;
        }
        path = name;
      }
      let wait = 1;
      for (let attempt = 0; ; attempt++) {
        status = yield* fetch(proc, s, s.urls[i], new Output(proc, path, stdout), stdout);
        if (attempt >= s.retry || !worthRetrying(s, status)) break;
        if (!s.silent) {
          const why = status === 28 ? "timeout" : status === 7 ? "connection refused" : "error";
          proc.err(
            `Warning: Problem: ${why}. Will retry in ${wait} seconds. ${s.retry - attempt} ${s.retry - attempt === 1 ? "retry" : "retries"} left.\n`,
          );
        }
        yield* proc.sleep(wait * SECOND);
        wait *= 2;
      }
    }
    yield* stdout.flush();
    return status;
  },
};
