import { SECOND } from "../../base/clock.ts";
import { KernelError, strerror } from "../../base/errno.ts";
import { AGAIN } from "../../base/wait.ts";
import type { Process, Running } from "../../machine/process.ts";
import { Exit } from "../../machine/process.ts";
import type { Command } from "../../machine/program.ts";
import { TcpSocket } from "../../network/socket/tcp/socket.ts";
import { UdpSocket } from "../../network/socket/udp.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { lookupAddress, lookupName, NO_NAME_SERVER } from "../tool/resolve.ts";
import { relay } from "./relay.ts";
import { type Protocol, serviceName, servicePort } from "./services.ts";

const USAGE = `usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]
\t  [-m minttl] [-O length] [-P proxy_username] [-p source_port]
\t  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]
\t  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]
\t  [destination] [port]
`;

const SUMMARY = `	Command Summary:
		-4		Use IPv4
		-6		Use IPv6
		-b		Allow broadcast
		-C		Send CRLF as line-ending
		-D		Enable the debug socket option
		-d		Detach from stdin
		-F		Pass socket fd
		-h		This help text
		-I length	TCP receive buffer length
		-i interval	Delay interval for lines sent, ports scanned
		-k		Keep inbound sockets open for multiple connects
		-l		Listen mode, for inbound connects
		-M ttl		Outgoing TTL / Hop Limit
		-m minttl	Minimum incoming TTL / Hop Limit
		-N		Shutdown the network socket after EOF on stdin
		-n		Suppress name/port resolutions
		-O length	TCP send buffer length
		-P proxyuser	Username for proxy authentication
		-p port		Specify local port for remote connects
		-q secs		quit after EOF on stdin and delay of secs
		-r		Randomize remote ports
		-S		Enable the TCP MD5 signature option
		-s sourceaddr	Local source address
		-T keyword	TOS value
		-t		Answer TELNET negotiation
		-U		Use UNIX domain socket
		-u		UDP mode
		-V rtable	Specify alternate routing table
		-v		Verbose
		-W recvlimit	Terminate after receiving a number of packets
		-w timeout	Timeout for connects and final net reads
		-X proto	Proxy protocol: "4", "5" (SOCKS) or "connect"
		-x addr[:port]	Specify proxy address and port
		-Z		DCCP mode
		-z		Zero-I/O mode [used for scanning]
	Port numbers can be individual or ranges: lo-hi [inclusive]
`;

/** What the command line asks for. */
export interface Settings {
  listen: boolean;
  keep: boolean;
  udp: boolean;
  scan: boolean;
  verbose: boolean;
  numeric: boolean;
  closeOnEof: boolean;
  noStdin: boolean;
  broadcast: boolean;
  /** ns; −1: none. */
  timeout: number;
  /** Seconds after the end of input; −1: never. */
  quit: number;
  sourcePort: string;
  source: string;
  rest: string[];
}

/** errx(1, …). */
function die(proc: Process, message: string): never {
  proc.err(`nc: ${message}\n`);
  throw new Exit(1);
}

function parse(proc: Process, args: readonly string[]): Settings {
  const s: Settings = {
    listen: false,
    keep: false,
    udp: false,
    scan: false,
    verbose: false,
    numeric: false,
    closeOnEof: false,
    noStdin: false,
    broadcast: false,
    timeout: -1,
    quit: -1,
    sourcePort: "",
    source: "",
    rest: [],
  };
  const usage = (): never => {
    proc.err(USAGE);
    throw new Exit(1);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === "--") {
      s.rest.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      s.rest.push(arg);
      continue;
    }
    for (let j = 1; j < arg.length; j++) {
      const c = arg[j];
      if ("wpsqiIOTMmWVXxP".includes(c)) {
        const value = arg.length > j + 1 ? arg.slice(j + 1) : args[++i];
        if (value === undefined) {
          proc.err(`nc: option requires an argument -- '${c}'\n`);
          return usage();
        }
        if (c === "w") {
          if (!/^\d+$/.test(value)) die(proc, `timeout invalid: ${value}`);
          s.timeout = Number(value) * SECOND;
        } else if (c === "q") {
          if (!/^-?\d+$/.test(value)) die(proc, `quit timer invalid: ${value}`);
          s.quit = Number(value);
          // A quit timer of any length ends the sending side at the end of input.
          if (s.quit >= 0) s.closeOnEof = true;
        } else if (c === "p") s.sourcePort = value;
        else if (c === "s") s.source = value;
        else die(proc, `option -${c} is not simulated by Packetwalk`);
        break;
      }
      switch (c) {
        case "l":
          s.listen = true;
          break;
        case "k":
          s.keep = true;
          break;
        case "u":
          s.udp = true;
          break;
        case "z":
          s.scan = true;
          break;
        case "v":
          s.verbose = true;
          break;
        case "n":
          s.numeric = true;
          break;
        case "N":
          s.closeOnEof = true;
          break;
        case "d":
          s.noStdin = true;
          break;
        case "b":
          s.broadcast = true;
          break;
        case "4":
          break;
        case "h":
          proc.err(`OpenBSD netcat (Debian patchlevel 1.219-1)\n${USAGE}${SUMMARY}`);
          throw new Exit(0);
        default:
          if ("6CDFrStUZ".includes(c)) die(proc, `option -${c} is not simulated by Packetwalk`);
          proc.err(`nc: invalid option -- '${c}'\n`);
          return usage();
      }
    }
  }
  return s;
}

/** build_ports: one port, a name, or a range. */
function ports(proc: Process, text: string, protocol: Protocol): number[] {
  const named = servicePort(text, protocol);
  if (named !== undefined) return [named];
  const number = (word: string): number => {
    const n = /^\d+$/.test(word) ? Number(word) : Number.NaN;
    if (Number.isNaN(n)) die(proc, `port number invalid: ${word}`);
    if (n < 1) die(proc, `port number too small: ${word}`);
    if (n > 65535) die(proc, `port number too large: ${word}`);
    return n;
  };
  const dash = text.indexOf("-");
  if (dash < 0) return [number(text)];
  let low = number(text.slice(0, dash));
  let high = number(text.slice(dash + 1));
  if (low > high) [low, high] = [high, low];
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

/** getaddrinfo. */
function address(proc: Process, s: Settings, host: string): number {
  const found = ipv4.parse(host) ?? (s.numeric ? undefined : lookupName(proc, host));
  if (found === undefined) {
    return die(
      proc,
      `getaddrinfo for host "${host}" port ${s.rest[1] ?? ""}: ${s.numeric ? "Name or service not known" : NO_NAME_SERVER}`,
    );
  }
  return found;
}

function bindSource(proc: Process, s: Settings, socket: TcpSocket | UdpSocket, protocol: Protocol): void {
  if (s.source === "" && s.sourcePort === "") return;
  socket.options.reuseAddress = true;
  try {
    socket.bind(
      s.source ? address(proc, s, s.source) : 0,
      s.sourcePort ? ports(proc, s.sourcePort, protocol)[0] : 0,
    );
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    die(proc, `bind failed: ${strerror(error.code)}`);
  }
}

/** connect_with_timeout: why it failed, or "". */
function* connect(proc: Process, s: Settings, socket: TcpSocket, to: number, port: number): Running<string> {
  try {
    socket.connect(to, port);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return `failed: ${strerror(error.code)}`;
  }
  const until = s.timeout >= 0 ? proc.machine.now + s.timeout : undefined;
  while (socket.undecided) {
    if (until !== undefined && proc.machine.now >= until) return "timed out: Operation now in progress";
    yield until === undefined ? { queues: [socket.writable] } : { queues: [socket.writable], until };
  }
  const error = socket.takeError();
  return error === null ? "" : `failed: ${strerror(error)}`;
}

/** udptest: writes a few times and sees whether anyone says that the port is closed. */
function* udpOpen(proc: Process, s: Settings, socket: UdpSocket): Running<boolean> {
  const wait = s.timeout > 0 ? Math.ceil(s.timeout / SECOND) : 3;
  const started = proc.machine.now;
  for (let i = 0; i <= wait; i++) {
    try {
      // The first time two, at once: the second hears of a closed port.
      if (i === 0) socket.send(new Uint8Array([88]));
      socket.send(new Uint8Array([88]));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      return false;
    }
    const until = started + (i + 1) * SECOND;
    if (i < wait) yield* proc.sleep(until - proc.machine.now);
  }
  return true;
}

function succeeded(
  proc: Process,
  s: Settings,
  host: string,
  to: number,
  port: number,
  protocol: Protocol,
): void {
  if (!s.verbose) return;
  const shown = ipv4.parse(host) === undefined ? `${host} (${ipv4.format(to)})` : host;
  const service = s.numeric ? undefined : serviceName(port, protocol);
  proc.err(`Connection to ${shown} ${port} port [${protocol}/${service ?? "*"}] succeeded!\n`);
}

function* client(proc: Process, s: Settings, host: string, portText: string): Running {
  const protocol: Protocol = s.udp ? "udp" : "tcp";
  const list = ports(proc, portText, protocol);
  const to = address(proc, s, host);
  let status = 1;
  for (const port of list) {
    const socket = s.udp ? new UdpSocket(proc.net, proc) : new TcpSocket(proc.net, proc);
    const fd = proc.addFd(socket);
    bindSource(proc, s, socket, protocol);
    if (s.broadcast) socket.options.broadcast = true;
    let failed = "";
    if (socket instanceof TcpSocket) failed = yield* connect(proc, s, socket, to, port);
    else {
      try {
        socket.connect(to, port);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        failed = `failed: ${strerror(error.code)}`;
      }
    }
    if (failed !== "") {
      const shown = ipv4.parse(host) === undefined ? `${host} (${ipv4.format(to)})` : host;
      if (s.verbose) proc.err(`nc: connect to ${shown} port ${port} (${protocol}) ${failed}\n`);
      proc.closeFd(fd);
      continue;
    }
    status = 0;
    if (socket instanceof UdpSocket && s.verbose && !(yield* udpOpen(proc, s, socket))) {
      status = 1;
      proc.closeFd(fd);
      continue;
    }
    if (s.verbose || s.scan) succeeded(proc, s, host, to, port, protocol);
    if (!s.scan) status = yield* relay(proc, s, socket);
    proc.closeFd(fd);
    if (!s.scan) break;
  }
  return status;
}

/** The name of an address, as getnameinfo gives it; nc gives up when there is no name server. */
function nameOf(proc: Process, s: Settings, a: number): string {
  if (s.numeric) return ipv4.format(a);
  const name = lookupAddress(proc, a);
  return name ?? die(proc, `getnameinfo: ${NO_NAME_SERVER}`);
}

function* server(proc: Process, s: Settings): Running {
  const protocol: Protocol = s.udp ? "udp" : "tcp";
  let host = "";
  let portText = s.sourcePort;
  if (s.rest.length === 1 && portText === "") portText = s.rest[0];
  else if (s.rest.length >= 1) {
    host = s.rest[0];
    portText = s.rest[1] ?? portText;
  }
  const port = ports(proc, portText, protocol)[0];
  const local = host || s.source ? address(proc, s, host || s.source) : 0;
  const open = (): TcpSocket | UdpSocket => {
    const socket = s.udp ? new UdpSocket(proc.net, proc) : new TcpSocket(proc.net, proc);
    // Debian's nc shares its port with whoever asks for that too.
    socket.options.reuseAddress = true;
    socket.options.reusePort = true;
    try {
      socket.bind(local, port);
      if (socket instanceof TcpSocket) socket.listen(1);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      die(proc, strerror(error.code));
    }
    return socket;
  };
  let listener = open();
  let fd = proc.addFd(listener);
  const said = () => {
    if (s.verbose)
      proc.err(`${s.udp ? "Bound" : "Listening"} on ${nameOf(proc, s, local)} ${listener.localPort}\n`);
  };
  said();
  for (;;) {
    let status: number;
    if (listener instanceof TcpSocket) {
      let child: TcpSocket | typeof AGAIN = listener.accept();
      while (child === AGAIN) {
        yield { queues: [listener.readable] };
        child = listener.accept();
      }
      const childFd = proc.addFd(child);
      if (s.verbose)
        proc.err(`Connection received on ${nameOf(proc, s, child.remoteAddress)} ${child.remotePort}\n`);
      status = yield* relay(proc, s, child);
      proc.closeFd(childFd);
    } else {
      // Without -k the first datagram's sender is the other side (recvfrom with MSG_PEEK, connect).
      while (!s.keep && listener.queued === 0) yield { queues: [listener.readable] };
      const sender = listener.peek();
      if (!s.keep && sender) {
        listener.connect(sender.from, sender.port);
        if (s.verbose) proc.err(`Connection received on ${nameOf(proc, s, sender.from)} ${sender.port}\n`);
      }
      status = yield* relay(proc, s, listener);
      if (!s.keep) return status;
      proc.closeFd(fd);
      listener = open();
      fd = proc.addFd(listener);
    }
    if (!s.keep) return status;
  }
}

export const nc: Command = {
  names: ["nc", "netcat", "nc.openbsd"],
  directory: "/usr/bin",
  summary: "reads and writes TCP and UDP (netcat-openbsd)",
  *run(proc) {
    const s = parse(proc, proc.argv.slice(1));
    if (s.listen) {
      if (s.scan) die(proc, "cannot use -z and -l");
      if (s.rest.length === 0 && s.sourcePort === "") die(proc, "missing port number");
      return yield* server(proc, s);
    }
    if (s.keep) die(proc, "must use -l with -k");
    if (s.rest.length === 1) die(proc, "missing port number");
    if (s.rest.length !== 2) {
      proc.err(USAGE);
      return 1;
    }
    return yield* client(proc, s, s.rest[0], s.rest[1]);
  },
};
