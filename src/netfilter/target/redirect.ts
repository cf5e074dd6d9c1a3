import { TARGET_DROP, target } from "../extension.ts";
import { IPV4 } from "../headers.ts";
import { OUTPUT } from "../hooks.ts";
import { setupNat } from "../nat/nat.ts";
import { NAT_MAP_IPS, NAT_PORTS } from "../nat/range.ts";
import { emptyRange, flagOptions, flagsText, parsePorts, portsText, type Range } from "./nat-argument.ts";

const LOOPBACK = 0x7f000001;

export const REDIRECT = target<Range>({
  name: "REDIRECT",
  families: IPV4,
  tables: ["nat"],
  hooks: ["PREROUTING", "OUTPUT"],
  terminating: true,
  needsConntrack: true,
  help: `REDIRECT target options:
 --to-ports <port>[-<port>]
				Port (range) to map to.
 [--random]
`,
  options: [
    {
      name: "to-ports",
      arg: "<port>[-<port>]",
      parse: (range, value, use) => parsePorts(range, value, use.rule),
    },
    ...flagOptions("random"),
  ],
  initial: emptyRange,
  /** nf_nat_redirect_ipv4: local packets to loopback, others to the first address of the device they came by. */
  apply: (range) => (pkt, state) => {
    const { ct } = pkt;
    if (ct === null) return TARGET_DROP;
    let address = LOOPBACK;
    if (state.hook !== OUTPUT) {
      address = state.in === null ? 0 : state.host.selectAddress4(state.in, 0);
      if (address === 0) return TARGET_DROP;
    }
    const to = { ...range, flags: range.flags | NAT_MAP_IPS, minAddress: address, maxAddress: address };
    return setupNat(ct, to, "dst", state.conntrack);
  },
  print: (range) =>
    `${range.flags & NAT_PORTS ? `redir ports ${portsText(range)}` : ""}${flagsText(range)}`.trim(),
  save: (range) =>
    `${range.flags & NAT_PORTS ? `--to-ports ${portsText(range)}` : ""}${flagsText(range, "--")}`.trim(),
});
