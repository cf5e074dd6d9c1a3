import { KernelError, strerror } from "../base/errno.ts";
import type { OpenFile } from "../machine/file.ts";
import type { Running } from "../machine/process.ts";
import { lookupName, NO_NAME_SERVER, parseAddress } from "../machine/resolve.ts";
import { TcpSocket } from "../network/socket/tcp/socket.ts";
import { UdpSocket } from "../network/socket/udp.ts";
import { CommandFault } from "./fault.ts";
import { lineOf } from "./parse.ts";
import type { Shell } from "./shell.ts";

/** Services that scripts name in place of a number. */
const SERVICES: Readonly<Record<string, number>> = {
  ssh: 22,
  domain: 53,
  http: 80,
  https: 443,
  echo: 7,
  discard: 9,
};

/**
 * /dev/tcp/HOST/PORT and /dev/udp/HOST/PORT in a redirection: not files, but connections that bash makes
 * itself (lib/sh/netopen.c). Undefined when the word is no such path.
 */
export function* openConnection(sh: Shell, word: string, pos: number): Running<OpenFile | undefined> {
  const path = /^\/dev\/(tcp|udp)\/([^/]+)\/([^/]+)$/.exec(word);
  if (!path) return undefined;
  const [, protocol, host, service] = path;
  const { proc } = sh;
  const complain = (what: string) => {
    proc.err(`${sh.source.file}: line ${lineOf(sh.source, pos)}: ${what}\n`);
    throw new CommandFault(`${word}: ${strerror("EINVAL")}`);
  };
  const to = parseAddress(host) ?? lookupName(proc, host);
  if (to === undefined) return complain(`${host}: ${NO_NAME_SERVER}`);
  const port = /^\d+$/.test(service) ? Number(service) & 0xffff : SERVICES[service];
  if (port === undefined) return complain(`${service}: Servname not supported for ai_socktype`);
  const socket = protocol === "tcp" ? new TcpSocket(proc.net, proc) : new UdpSocket(proc.net, proc);
  const refused = (reason: string) => {
    socket.close();
    proc.err(`${sh.source.file}: connect: ${reason}\n`);
    throw new CommandFault(`${word}: ${reason}`);
  };
  try {
    socket.connect(to, port);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return refused(error.message);
  }
  if (socket instanceof TcpSocket) {
    while (socket.connecting) yield { queues: [socket.writable] };
    const error = socket.takeError();
    if (error !== null) return refused(strerror(error));
  }
  return socket;
}
