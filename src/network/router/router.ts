import type { Packet } from "../../netfilter/packet.ts";
import type { Device } from "../device.ts";
import type { FibRoute } from "../fib/route.ts";
import type { Flow4, Route } from "../flow.ts";
import type { NetNamespace } from "../namespace.ts";
import { redirect, updatePmtu } from "./exceptions.ts";
import { type InputResult, InputRouting } from "./input.ts";
import { LocalRoute } from "./make.ts";
import { OutputRouting } from "./output.ts";

/** IPv4 routing decisions of one namespace (net/ipv4/route.c). */
export class Router4 {
  private readonly ns: NetNamespace;
  private readonly incoming: InputRouting;
  private readonly outgoing: OutputRouting;
  /** What `route` decided; one object a namespace, reused. */
  readonly input: InputResult;

  constructor(ns: NetNamespace) {
    this.ns = ns;
    const local = new LocalRoute(ns);
    this.incoming = new InputRouting(ns, local);
    this.outgoing = new OutputRouting(ns, local);
    this.input = this.incoming.result;
  }

  /** The table entry behind the last output decision, for the walk and `ip route get`. */
  get entry(): FibRoute | null {
    return this.outgoing.entry;
  }

  /** ip_route_output_key */
  output(flow: Flow4): Route {
    return this.outgoing.route(flow);
  }

  /** ip_route_input. The answer is in `input`. */
  route(pkt: Packet, src: number, dst: number, tos: number, dev: Device): void {
    this.incoming.route(pkt, src, dst, tos, dev);
  }

  /** `route` for a question that no packet asks (an ARP request, `ip route get … iif`). */
  ask(pkt: Packet, src: number, dst: number, tos: number, dev: Device): InputResult {
    return this.incoming.quietly(pkt, src, dst, tos, dev);
  }

  updatePmtu(flow: Flow4, mtu: number): void {
    updatePmtu(this.ns, flow, mtu);
  }

  redirect(flow: Flow4, gateway: number): void {
    redirect(this.ns, flow, gateway);
  }
}
