import { KernelError, strerror } from "../../base/errno.ts";
import { concat, text } from "../../base/text.ts";
import { AGAIN } from "../../base/wait.ts";
import type { Process, Running } from "../../machine/process.ts";
import type { Command } from "../../machine/program.ts";
import { Interrupted } from "../../machine/signal.ts";
import * as vfs from "../../machine/vfs.ts";
import { TcpSocket } from "../../network/socket/tcp/socket.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { logDate } from "./http.ts";
import { respond } from "./respond.ts";

const USAGE = "usage: server.py [-h] [--cgi] [-b ADDRESS] [-d DIRECTORY] [-p VERSION] [port]\n";

interface Settings {
  port: number;
  /** undefined: no --bind. */
  bind: number | undefined;
  directory: string;
  protocol: string;
  unbuffered: boolean;
}

/** One client: what came so far, what is still to be sent. */
interface Client {
  readonly socket: TcpSocket;
  readonly address: string;
  request: string;
  parts: Uint8Array[];
  answer: Uint8Array | null;
}

/** The traceback of an address that another socket has, as Python 3.11 prints it. */
function traceback(error: KernelError): string {
  return `Traceback (most recent call last):
  File "<frozen runpy>", line 198, in _run_module_as_main
  File "<frozen runpy>", line 88, in _run_code
  File "/usr/lib/python3.11/http/server.py", line 1309, in <module>
    test(
  File "/usr/lib/python3.11/http/server.py", line 1256, in test
    with ServerClass(addr, HandlerClass) as httpd:
         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/socketserver.py", line 456, in __init__
    self.server_bind()
  File "/usr/lib/python3.11/http/server.py", line 1303, in server_bind
    return super().server_bind()
           ^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/http/server.py", line 136, in server_bind
    socketserver.TCPServer.server_bind(self)
  File "/usr/lib/python3.11/socketserver.py", line 472, in server_bind
    self.socket.bind(self.server_address)
${error.code === "EACCES" ? "PermissionError" : "OSError"}: [Errno ${error.errno}] ${strerror(error.code)}
`;
}

/** Reads the arguments behind "-m http.server"; a number is the exit status. */
function settings(proc: Process, args: readonly string[], unbuffered: boolean): Settings | number {
  const s: Settings = { port: 8000, bind: undefined, directory: proc.cwd, protocol: "HTTP/1.0", unbuffered };
  const bad = (message: string): number => {
    proc.err(`${USAGE}server.py: error: ${message}\n`);
    return 2;
  };
  let seenPort = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    const option =
      /^(-b|--bind|-d|--directory|-p|--protocol)(?:=(.*))?$/.exec(arg) ?? /^(-[bdp])(.+)$/.exec(arg);
    if (option) {
      const value = option[2] ?? args[++i];
      if (value === undefined) {
        const names: Record<string, string> = {
          b: "-b/--bind",
          d: "-d/--directory",
          p: "-p/--protocol",
        };
        return bad(`argument ${names[option[1].replace(/^-+/, "")[0]]}: expected one argument`);
      }
      const kind = option[1].replace(/^-+/, "")[0];
      if (kind === "b") {
        const address = value === "localhost" ? 0x7f000001 : ipv4.parse(value);
        if (address === undefined) {
          proc.err("python3: http.server: only IPv4 addresses can be bound in the simulation\n");
          return 1;
        }
        s.bind = address;
      } else if (kind === "d") s.directory = value;
      else s.protocol = value;
    } else if (arg === "--cgi") {
      proc.err("python3: http.server --cgi is not simulated by Packetwalk\n");
      return 1;
    } else if (arg.startsWith("-")) return bad(`unrecognized arguments: ${arg}`);
    else if (seenPort) return bad(`unrecognized arguments: ${arg}`);
    else if (!/^\d+$/.test(arg)) return bad(`argument port: invalid int value: '${arg}'`);
    else {
      seenPort = true;
      s.port = Number(arg);
    }
  }
  return s;
}

/** python3 -m http.server: ThreadingHTTPServer with SimpleHTTPRequestHandler. */
function* serve(proc: Process, s: Settings): Running {
  const directory = s.directory.startsWith("/") ? s.directory : `${proc.cwd}/${s.directory}`;
  if (s.port > 65535) {
    proc.err("OverflowError: bind(): port must be 0-65535.\n");
    return 1;
  }
  const listener = new TcpSocket(proc.net, proc);
  // http.server sets allow_reuse_address.
  listener.options.reuseAddress = true;
  // Without --bind getaddrinfo offers 0.0.0.0 and ::, sorted by RFC 6724: 0.0.0.0 comes first only where a
  // source address for it can be found, which is 127.0.0.1 of a loopback device that has been up.
  const dual = s.bind === undefined && !proc.net.addresses.has(0x7f000001);
  listener.options.mapped = dual;
  const listenerFd = proc.addFd(listener);
  try {
    listener.bind(s.bind ?? 0, s.port);
    listener.listen(5);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    proc.err(traceback(error));
    return 1;
  }
  const host = dual ? "::" : ipv4.format(s.bind ?? 0);
  const tty = proc.fds.get(1)?.isTty ?? false;
  // Python buffers standard output that is no terminal: the line comes out at exit.
  let buffered = `Serving HTTP on ${host} port ${listener.localPort} (http://${dual ? "[::]" : host}:${listener.localPort}/) ...\n`;
  if (tty || s.unbuffered || proc.env.get("PYTHONUNBUFFERED")) {
    proc.out(buffered);
    buffered = "";
  }
  proc.handle("INT", () => "interrupt");
  const clients: Client[] = [];
  const fds = new Map<TcpSocket, number>();
  const end = (client: Client): void => {
    clients.splice(clients.indexOf(client), 1);
    const fd = fds.get(client.socket);
    fds.delete(client.socket);
    if (fd !== undefined) proc.closeFd(fd);
  };
  try {
    for (;;) {
      for (;;) {
        const socket = listener.accept();
        if (socket === AGAIN) break;
        fds.set(socket, proc.addFd(socket));
        clients.push({
          socket,
          address: `${dual ? "::ffff:" : ""}${ipv4.format(socket.remoteAddress)}`,
          request: "",
          parts: [],
          answer: null,
        });
      }
      for (const client of [...clients]) step(proc, s, directory, client, end);
      yield {
        queues: [
          listener.readable,
          ...clients.map((c) => (c.answer === null ? c.socket.readable : c.socket.writable)),
        ],
      };
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    proc.out(`${buffered}\nKeyboard interrupt received, exiting.\n`);
    return 0;
  } finally {
    for (const fd of fds.values()) if (proc.fds.has(fd)) proc.closeFd(fd);
    if (proc.fds.has(listenerFd)) proc.closeFd(listenerFd);
  }
}

/** Takes one client as far as it goes now. A send's packets, and their answers, go through before the next call. */
function step(
  proc: Process,
  s: Settings,
  directory: string,
  client: Client,
  end: (client: Client) => void,
): void {
  try {
    while (client.answer === null) {
      const data = client.socket.receive(65536);
      if (data === AGAIN) return;
      if (data.length === 0) {
        end(client);
        return;
      }
      client.request += text(data);
      const done = /\r?\n\r?\n/.exec(client.request);
      const simple = /^\S+ \S+\r?\n/.test(client.request);
      if (!done && !simple) continue;
      const head = done
        ? client.request.slice(0, done.index)
        : client.request.slice(0, client.request.indexOf("\n"));
      const answer = respond(proc, s.protocol, directory, head.trimEnd());
      const date = logDate(proc.machine.epoch + proc.machine.now);
      for (const line of answer.log) proc.err(`${client.address} - - [${date}] ${line}\n`);
      client.answer = answer.bytes;
      client.parts = split(answer.bytes);
    }
    while (client.parts.length > 0) {
      const sent = client.socket.send(client.parts[0]);
      if (sent === AGAIN) return;
      if (sent === client.parts[0].length) client.parts.shift();
      else client.parts[0] = client.parts[0].subarray(sent);
    }
    // shutdown_request: the write side first, then close.
    client.socket.shutdown("write");
    end(client);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    end(client);
  }
}

/** Headers and body are two writes, as wfile.write and copyfile make them. */
function split(bytes: Uint8Array): Uint8Array[] {
  for (let i = 0; i + 3 < bytes.length; i++) {
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) {
      const rest = bytes.subarray(i + 4);
      return rest.length > 0 ? [bytes.subarray(0, i + 4), rest] : [bytes];
    }
  }
  return bytes.length > 0 ? [concat([bytes])] : [];
}

/** Python's -m http.server; running Python programs is not simulated, and says so. */
export const python3: Command = {
  names: ["python3", "python3.11", "python"],
  directory: "/usr/bin",
  summary: "Python's built-in web server (python3 -m http.server)",
  *run(proc) {
    const args = proc.argv.slice(1);
    let unbuffered = false;
    while (args[0] === "-u" || args[0] === "-B" || args[0] === "-s" || args[0] === "-E" || args[0] === "-I") {
      if (args[0] === "-u") unbuffered = true;
      args.shift();
    }
    if (args[0] === "--version" || args[0] === "-V") {
      proc.out("Python 3.11.2\n");
      return 0;
    }
    const module = args[0] === "-m" ? args[1] : args[0]?.startsWith("-m") ? args[0].slice(2) : undefined;
    if (module === "http.server") {
      const s = settings(proc, args.slice(args[0] === "-m" ? 2 : 1), unbuffered);
      return typeof s === "number" ? s : yield* serve(proc, s);
    }
    const what = args[0] === undefined ? "an interactive Python" : args.join(" ").split("\n")[0];
    if (args[0] !== undefined && !args[0].startsWith("-") && !vfs.exists(proc, args[0])) {
      proc.err(
        `python3: can't open file '${args[0].startsWith("/") ? args[0] : `${proc.cwd}/${args[0]}`}': [Errno 2] No such file or directory\n`,
      );
      return 2;
    }
    proc.err(
      `python3: ${what}: running Python programs is not simulated by Packetwalk (only python3 -m http.server)\n`,
    );
    return 127;
  },
};
