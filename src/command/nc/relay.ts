import { SECOND } from "../../base/clock.ts";
import { KernelError } from "../../base/errno.ts";
import { AGAIN } from "../../base/wait.ts";
import type { Process, Running } from "../../machine/process.ts";
import { TcpSocket } from "../../network/socket/tcp/socket.ts";
import type { UdpSocket } from "../../network/socket/udp.ts";
import type { Settings } from "./nc.ts";

/** readwrite(): copies standard input to the socket and the socket to standard output, until both are done. */
export function* relay(proc: Process, s: Settings, socket: TcpSocket | UdpSocket): Running {
  const input = proc.fds.get(0);
  let inputOpen = !s.noStdin && input !== undefined;
  let socketOpen = true;
  let pending: Uint8Array | null = null;
  let lastActive = proc.machine.now;
  let quitAt = Number.POSITIVE_INFINITY;
  const ended = (): void => {
    inputOpen = false;
    if (s.closeOnEof && socket instanceof TcpSocket && pending === null) close();
    if (s.quit >= 0) quitAt = proc.machine.now + s.quit * SECOND;
  };
  const close = (): void => {
    try {
      socket.shutdown("write");
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
    }
  };
  for (;;) {
    // One turn of poll(): standard input is read before the network, so what stood there is still sent to a
    // peer that has closed.
    if (pending === null && inputOpen && input !== undefined) {
      const data = input.read(16384);
      if (data !== AGAIN) {
        if (data.length === 0) ended();
        else pending = data;
      }
    }
    // From the network.
    while (socketOpen) {
      let data: Uint8Array | typeof AGAIN;
      try {
        data = socket.read(16384);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        // POLLERR: a reset ends the reading like an end; a closed UDP port ends nc, and it calls that no failure.
        if (!(socket instanceof TcpSocket)) return 0;
        socketOpen = false;
        break;
      }
      if (data === AGAIN) break;
      lastActive = proc.machine.now;
      if (data.length === 0 && socket instanceof TcpSocket) {
        socketOpen = false;
        break;
      }
      yield* proc.write(1, data);
    }
    if (!socketOpen && pending === null) return 0;
    // To the network.
    let moved = false;
    if (pending !== null) {
      try {
        const n: number | typeof AGAIN = socket.write(pending);
        if (n !== AGAIN) {
          moved = true;
          lastActive = proc.machine.now;
          pending = n === pending.length ? null : pending.subarray(n);
        }
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        if (!(socket instanceof TcpSocket)) return 0;
        pending = null;
        inputOpen = false;
      }
    }
    if (moved) continue;
    const now = proc.machine.now;
    if (now >= quitAt) return 0;
    if (s.timeout >= 0 && now - lastActive >= s.timeout) return 0;
    const until = Math.min(quitAt, s.timeout >= 0 ? lastActive + s.timeout : Number.POSITIVE_INFINITY);
    const queues = [socket.readable];
    if (pending !== null) queues.push(socket.writable);
    else if (inputOpen && input !== undefined) queues.push(input.readable);
    yield until === Number.POSITIVE_INFINITY ? { queues } : { queues, until };
  }
}
