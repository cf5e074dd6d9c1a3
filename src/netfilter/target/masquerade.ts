import { dst, src } from "../../wire/ipv4.ts";
import { TARGET_ACCEPT, TARGET_DROP, target } from "../extension.ts";
import { IPV4 } from "../headers.ts";
import { setupNat } from "../nat/nat.ts";
import { NAT_MAP_IPS, NAT_PORTS } from "../nat/range.ts";
import { emptyRange, flagOptions, flagsText, parsePorts, portsText, type Range } from "./nat-argument.ts";

export const MASQUERADE = target<Range>({
  name: "MASQUERADE",
  families: IPV4,
  tables: ["nat"],
  hooks: ["POSTROUTING"],
  terminating: true,
  needsConntrack: true,
  help: `MASQUERADE target options:
 --to-ports <port>[-<port>]
				Port (range) to map to.
 --random
				Randomize source port.
 --random-fully
				Fully randomize source port.
`,
  options: [
    {
      name: "to-ports",
      arg: "<port>[-<port>]",
      parse: (range, value, use) => parsePorts(range, value, use.rule),
    },
    ...flagOptions("random", "random-fully"),
  ],
  initial: emptyRange,
  /** nf_nat_masquerade_ipv4 */
  apply: (range) => (pkt, state) => {
    const { ct } = pkt;
    const { out, host } = state;
    if (ct === null || out === null) return TARGET_DROP;
    // A local packet without a source yet (DHCP) is left alone.
    if (src(pkt.data, pkt.net) === 0) return TARGET_ACCEPT;
    const address = host.selectAddress4(out, pkt.route?.gateway ?? dst(pkt.data, pkt.net));
    if (address === 0) {
      host.printk(6, `${out.name} ate my IP address`);
      return TARGET_DROP;
    }
    ct.masqueradeIndex = out.index;
    const to = { ...range, flags: range.flags | NAT_MAP_IPS, minAddress: address, maxAddress: address };
    return setupNat(ct, to, "src", state.conntrack);
  },
  print: (range) =>
    `${range.flags & NAT_PORTS ? `masq ports: ${portsText(range)}` : ""}${flagsText(range)}`.trim(),
  save: (range) =>
    `${range.flags & NAT_PORTS ? `--to-ports ${portsText(range)}` : ""}${flagsText(range, "--")}`.trim(),
});
