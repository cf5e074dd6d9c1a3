import { KernelError } from "../../base/errno.ts";
import type { Bridge } from "./bridge.ts";
import type { BridgePort } from "./port.ts";

/** br_changelink, by netlink's names (without IFLA_BR_). */
export function configureBridge(bridge: Bridge, data: Readonly<Record<string, number | string>>): void {
  for (const [name, value] of Object.entries(data)) {
    const n = Number(value);
    switch (name) {
      case "ageing_time":
        bridge.ageingTime = n;
        break;
      case "forward_delay":
        if (bridge.stpState !== 0 && (n < 200 || n > 3000)) throw new KernelError("ERANGE");
        bridge.forwardDelay = n;
        break;
      case "hello_time":
        if (n < 100 || n > 1000) throw new KernelError("ERANGE");
        bridge.helloTime = n;
        break;
      case "max_age":
        if (n < 600 || n > 4000) throw new KernelError("ERANGE");
        bridge.maxAge = n;
        break;
      case "stp_state":
        if (n !== 0) throw new KernelError("EOPNOTSUPP", "Spanning tree (stp_state 1) is not modelled.");
        break;
      case "vlan_filtering":
        if (n !== 0) throw new KernelError("EOPNOTSUPP", "VLAN filtering is not modelled.");
        break;
      case "priority":
        bridge.priority = n;
        break;
      case "mcast_snooping":
        bridge.mcastSnooping = n;
        break;
      case "group_fwd_mask":
        bridge.groupFwdMask = n;
        break;
      default:
        bridge.options.set(name, value);
    }
  }
}

/** br_setport, by netlink's names (without IFLA_BRPORT_). */
export function configurePort(p: BridgePort, data: Readonly<Record<string, number>>): void {
  const { bridge, dev } = p;
  for (const [name, value] of Object.entries(data)) {
    const on = value !== 0;
    switch (name) {
      case "mode":
      case "hairpin":
        p.hairpin = on;
        break;
      case "guard":
        p.guard = on;
        break;
      case "protect":
      case "root_block":
        p.rootBlock = on;
        break;
      case "fast_leave":
        p.fastLeave = on;
        break;
      case "learning":
        p.learning = on;
        break;
      case "unicast_flood":
      case "flood":
        p.flood = on;
        break;
      case "mcast_flood":
        p.mcastFlood = on;
        break;
      case "bcast_flood":
        p.bcastFlood = on;
        break;
      case "isolated":
        p.isolated = on;
        break;
      case "neigh_suppress":
        p.neighSuppress = on;
        break;
      case "priority":
        if (value > 63) throw new KernelError("ERANGE");
        p.priority = value;
        break;
      case "cost":
        if (value < 1 || value > 65535) throw new KernelError("ERANGE");
        p.cost = value;
        break;
      case "state": {
        if (!dev.running && value !== 0) throw new KernelError("ENETDOWN");
        // Without STP a blocked port forwards again at once (br_port_state_selection).
        const states = ["disabled", "listening", "learning", "forwarding", "forwarding"] as const;
        bridge.setState(p, states[value] ?? "disabled");
        break;
      }
      default:
        throw new KernelError("EOPNOTSUPP", `The bridge port option "${name}" is not modelled.`);
    }
  }
}
