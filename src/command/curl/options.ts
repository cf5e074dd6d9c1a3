import { KernelError } from "../../base/errno.ts";
import { text } from "../../base/text.ts";
import type { Process } from "../../machine/process.ts";
import * as vfs from "../../machine/vfs.ts";

/** What a curl command line asks for. */
export interface Settings {
  urls: string[];
  outputs: (string | "-O")[];
  silent: boolean;
  showError: boolean;
  verbose: boolean;
  writeOut: string;
  /** Seconds; 0: none. */
  maxTime: number;
  connectTimeout: number;
  head: boolean;
  include: boolean;
  location: boolean;
  maxRedirects: number;
  failOnError: boolean;
  method: string;
  data: string[];
  get: boolean;
  headers: string[];
  userAgent: string;
  user: string;
  interfaceName: string;
  localPort: number;
  resolve: { host: string; port: number; address: string }[];
  retry: number;
  retryConnrefused: boolean;
  http10: boolean;
  noProgress: boolean;
  dumpHeader: string;
  /** -N: standard output without a buffer. */
  unbuffered: boolean;
}

/** A curl usage error: what follows "curl: ", and the exit code. */
export class CurlUsage extends Error {
  readonly status: number;
  constructor(message: string, status = 2) {
    super(message);
    this.status = status;
  }
}

/** Long name, short letter, whether it takes an argument. */
const OPTIONS: readonly (readonly [long: string, short: string, arg: boolean])[] = [
  ["silent", "s", false],
  ["show-error", "S", false],
  ["verbose", "v", false],
  ["output", "o", true],
  ["remote-name", "O", false],
  ["write-out", "w", true],
  ["max-time", "m", true],
  ["connect-timeout", "", true],
  ["head", "I", false],
  ["include", "i", false],
  ["location", "L", false],
  ["max-redirs", "", true],
  ["fail", "f", false],
  ["request", "X", true],
  ["data", "d", true],
  ["data-raw", "", true],
  ["data-ascii", "", true],
  ["data-binary", "", true],
  ["get", "G", false],
  ["header", "H", true],
  ["user-agent", "A", true],
  ["user", "u", true],
  ["insecure", "k", false],
  ["ipv4", "4", false],
  ["interface", "", true],
  ["local-port", "", true],
  ["resolve", "", true],
  ["retry", "", true],
  ["retry-delay", "", true],
  ["retry-connrefused", "", false],
  ["http1.0", "0", false],
  ["http1.1", "", false],
  ["no-progress-meter", "", false],
  ["progress-bar", "#", false],
  ["no-buffer", "N", false],
  ["dump-header", "D", true],
  ["url", "", true],
  ["disable", "q", false],
  ["no-keepalive", "", false],
  ["noproxy", "", true],
  ["compressed", "", false],
  ["version", "V", false],
  ["help", "h", false],
  ["globoff", "g", false],
];

/** Options of the real one that people use, and that are not simulated. */
const FOREIGN: ReadonlySet<string> = new Set(
  (
    "cookie cookie-jar referer form upload-file proxy proxy-user socks5 cacert cert key config range continue-at " +
    "data-urlencode json connect-to unix-socket trace trace-ascii http2 http3 http2-prior-knowledge tlsv1.2 tlsv1.3 ipv6 " +
    "limit-rate speed-limit speed-time keepalive-time parallel remote-time remote-header-name create-dirs netrc digest " +
    "negotiate ntlm anyauth dns-servers doh-url tcp-nodelay tcp-fastopen expect100-timeout manual libcurl fail-with-body"
  ).split(" "),
);

function seconds(name: string, value: string): number {
  if (!/^\d+(\.\d*)?$/.test(value))
    throw new CurlUsage(`option ${name}: expected a proper numerical parameter`);
  return Number(value);
}

/** tool_getparam.c: options in any order, short ones clustered, everything else a URL. */
export function parseOptions(proc: Process, args: readonly string[]): Settings | "version" | "help" {
  const s: Settings = {
    urls: [],
    outputs: [],
    silent: false,
    showError: false,
    verbose: false,
    writeOut: "",
    maxTime: 0,
    connectTimeout: 0,
    head: false,
    include: false,
    location: false,
    maxRedirects: 50,
    failOnError: false,
    method: "",
    data: [],
    get: false,
    headers: [],
    userAgent: "curl/7.88.1",
    user: "",
    interfaceName: "",
    localPort: 0,
    resolve: [],
    retry: 0,
    retryConnrefused: false,
    http10: false,
    noProgress: false,
    dumpHeader: "",
    unbuffered: false,
  };
  let special: "version" | "help" | undefined;
  const apply = (long: string, shown: string, value: string): void => {
    switch (long) {
      case "silent":
        s.silent = true;
        break;
      case "show-error":
        s.showError = true;
        break;
      case "verbose":
        s.verbose = true;
        break;
      case "output":
        s.outputs.push(value);
        break;
      case "remote-name":
        s.outputs.push("-O");
        break;
      case "write-out":
        s.writeOut = value.startsWith("@") ? readFile(proc, value.slice(1), shown) : value;
        break;
      case "max-time":
        s.maxTime = seconds(shown, value);
        break;
      case "connect-timeout":
        s.connectTimeout = seconds(shown, value);
        break;
      case "head":
        s.head = true;
        break;
      case "include":
        s.include = true;
        break;
      case "location":
        s.location = true;
        break;
      case "max-redirs":
        s.maxRedirects = Number(value);
        break;
      case "fail":
        s.failOnError = true;
        break;
      case "request":
        s.method = value;
        break;
      case "data":
      case "data-ascii":
        s.data.push(
          value.startsWith("@") ? readFile(proc, value.slice(1), shown).replace(/[\r\n]/g, "") : value,
        );
        break;
      case "data-binary":
        s.data.push(value.startsWith("@") ? readFile(proc, value.slice(1), shown) : value);
        break;
      case "data-raw":
        s.data.push(value);
        break;
      case "get":
        s.get = true;
        break;
      case "header":
        s.headers.push(value);
        break;
      case "user-agent":
        s.userAgent = value;
        break;
      case "user":
        s.user = value;
        break;
      case "interface":
        s.interfaceName = value;
        break;
      case "local-port":
        s.localPort = Number(value.split("-")[0]);
        break;
      case "resolve": {
        const m = /^\+?([^:]+):(\d+):(.+)$/.exec(value);
        if (!m) throw new CurlUsage(`(49) Couldn't parse CURLOPT_RESOLVE entry '${value}'`, 49);
        s.resolve.push({ host: m[1], port: Number(m[2]), address: m[3].split(",")[0] });
        break;
      }
      case "retry":
        s.retry = Number(value);
        break;
      case "retry-connrefused":
        s.retryConnrefused = true;
        break;
      case "http1.0":
        s.http10 = true;
        break;
      case "no-progress-meter":
        s.noProgress = true;
        break;
      case "dump-header":
        s.dumpHeader = value;
        break;
      case "no-buffer":
        s.unbuffered = true;
        break;
      case "url":
        s.urls.push(value);
        break;
      case "progress-bar":
        throw new CurlUsage(`option ${shown}: not simulated by Packetwalk`);
      case "version":
      case "help":
        special = long;
        break;
    }
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === "--") {
      s.urls.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith("--")) {
      const name = arg.slice(2);
      const exact = OPTIONS.find(([long]) => long === name);
      const found = exact ? [exact] : OPTIONS.filter(([long]) => long.startsWith(name));
      if (found.length === 0) {
        const why = FOREIGN.has(name) ? "not simulated by Packetwalk" : "is unknown";
        throw new CurlUsage(`option ${arg}: ${why}`);
      }
      if (found.length > 1) throw new CurlUsage(`option ${arg}: is ambiguous`);
      const [long, , takes] = found[0];
      if (takes && i + 1 >= args.length) throw new CurlUsage(`option ${arg}: requires parameter`);
      apply(long, arg, takes ? args[++i] : "");
    } else if (arg.startsWith("-") && arg !== "-") {
      for (let j = 1; j < arg.length; j++) {
        const found = OPTIONS.find(([, short]) => short === arg[j]);
        if (!found) {
          const foreign = "abBcCeEFjJKlMnpPQrRtTUxyYzZ:236".includes(arg[j]);
          throw new CurlUsage(`option ${arg}: ${foreign ? "not simulated by Packetwalk" : "is unknown"}`);
        }
        const [long, , takes] = found;
        if (!takes) {
          apply(long, arg, "");
          continue;
        }
        const value = arg.length > j + 1 ? arg.slice(j + 1) : args[++i];
        if (value === undefined) throw new CurlUsage(`option ${arg}: requires parameter`);
        apply(long, arg, value);
        break;
      }
    } else s.urls.push(arg);
  }
  return special ?? s;
}

function readFile(proc: Process, path: string, option: string): string {
  try {
    return text(vfs.readBytes(proc, path));
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new CurlUsage(`option ${option}: error encountered when reading a file`, 26);
  }
}
