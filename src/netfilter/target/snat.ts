import { target } from "../extension.ts";
import { IPV4 } from "../headers.ts";
import { setupNat } from "../nat/nat.ts";
import { emptyRange, flagOptions, flagsText, parseTo, type Range, toText } from "./nat-argument.ts";

export const SNAT = target<Range>({
  name: "SNAT",
  families: IPV4,
  tables: ["nat"],
  hooks: ["POSTROUTING", "INPUT"],
  terminating: true,
  needsConntrack: true,
  help: `SNAT target options:
 --to-source [<ipaddr>[-<ipaddr>]][:port[-port]]
				Address to map source to.
[--random] [--random-fully] [--persistent]
`,
  options: [
    {
      name: "to-source",
      arg: "[<ipaddr>[-<ipaddr>]][:port[-port]]",
      required: true,
      parse: (range, value, use) => parseTo(range, value, use, false),
    },
    ...flagOptions("random", "random-fully", "persistent"),
  ],
  initial: emptyRange,
  apply: (range) => (pkt, state) => setupNat(pkt.ct!, range, "src", state.conntrack),
  print: (range) => `to:${toText(range)}${flagsText(range)}`,
  save: (range) => `--to-source ${toText(range)}${flagsText(range, "--")}`,
});
