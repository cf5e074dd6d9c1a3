import { target } from "../extension.ts";
import { IPV4 } from "../headers.ts";
import { setupNat } from "../nat/nat.ts";
import { emptyRange, flagOptions, flagsText, parseTo, type Range, toText } from "./nat-argument.ts";

export const DNAT = target<Range>({
  name: "DNAT",
  families: IPV4,
  tables: ["nat"],
  hooks: ["PREROUTING", "OUTPUT"],
  terminating: true,
  needsConntrack: true,
  help: `DNAT target options:
 --to-destination [<ipaddr>[-<ipaddr>]][:port[-port[/port]]]
				Address to map destination to.
[--random] [--persistent]
`,
  options: [
    {
      name: "to-destination",
      arg: "[<ipaddr>[-<ipaddr>]][:port[-port[/port]]]",
      required: true,
      parse: (range, value, use) => parseTo(range, value, use, true),
    },
    ...flagOptions("random", "persistent"),
  ],
  initial: emptyRange,
  apply: (range) => (pkt, state) => setupNat(pkt.ct!, range, "dst", state.conntrack),
  print: (range) => `to:${toText(range)}${flagsText(range)}`,
  save: (range) => `--to-destination ${toText(range)}${flagsText(range, "--")}`,
});
