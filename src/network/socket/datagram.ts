import { AGAIN } from "../../base/wait.ts";
import { type Datagram, Socket } from "./socket.ts";

/** A socket that queues whole datagrams (UDP, raw, ping, packet). */
export abstract class DatagramSocket extends Socket {
  private readonly queue: Datagram[] = [];
  private readonly sizes: number[] = [];
  /** Memory charged to the receive buffer (sk_rmem_alloc). */
  receiveMemory = 0;
  /** Datagrams lost to a full buffer (sk_drops). */
  drops = 0;
  protected receiveShut = false;

  /** The next datagram, AGAIN when there is none, undefined after shutdown for reading. Throws the pending error. */
  receive(): Datagram | typeof AGAIN | undefined {
    this.raisePending();
    const next = this.queue.shift();
    if (next !== undefined) {
      this.receiveMemory -= this.sizes.shift() as number;
      return next;
    }
    return this.receiveShut ? undefined : AGAIN;
  }

  /** Bytes of the first datagram in the queue (FIONREAD), 0 when empty. */
  get pendingBytes(): number {
    return this.queue.length > 0 ? this.queue[0].data.length : 0;
  }

  /** The next datagram, left where it is (MSG_PEEK). */
  peek(): Datagram | undefined {
    return this.queue[0];
  }

  get queued(): number {
    return this.queue.length;
  }

  /** sock_queue_rcv_skb: false when the receive buffer is full. */
  protected enqueue(datagram: Datagram, trueSize: number): boolean {
    if (this.receiveMemory + trueSize > this.options.receiveBuffer && this.receiveMemory > 0) {
      this.drops++;
      return false;
    }
    this.queue.push(datagram);
    this.sizes.push(trueSize);
    this.receiveMemory += trueSize;
    this.readable.wake();
    return true;
  }

  read(max: number): Uint8Array | typeof AGAIN {
    const datagram = this.receive();
    if (datagram === AGAIN) return AGAIN;
    return datagram === undefined ? new Uint8Array(0) : datagram.data.subarray(0, max);
  }
}
