import { equal, format, src } from "../../wire/ethernet.ts";
import { etherMac } from "../argument.ts";
import { match } from "../extension.ts";
import { BOTH } from "../headers.ts";

interface Mac {
  address: Uint8Array;
  inverted: boolean;
}

export const mac = match<Mac>({
  name: "mac",
  families: BOTH,
  hooks: ["PREROUTING", "INPUT", "FORWARD"],
  stateless: true,
  help: `mac match options:
[!] --mac-source XX:XX:XX:XX:XX:XX
				Match source MAC address
`,
  options: [
    {
      name: "mac-source",
      arg: "XX:XX:XX:XX:XX:XX",
      invertible: true,
      required: true,
      parse(data, value, use) {
        data.address = etherMac(value);
        data.inverted = use.inverted;
      },
    },
  ],
  initial: () => ({ address: new Uint8Array(6), inverted: false }),
  judge({ address, inverted }) {
    // mac_mt: without an Ethernet header there is nothing to compare, inverted or not.
    return (pkt) =>
      pkt.mac >= 0 && pkt.mac + 14 <= pkt.net && equal(src(pkt.data, pkt.mac), address) !== inverted;
  },
  explain: (data, pkt) =>
    pkt.mac < 0
      ? "it has no Ethernet header"
      : `source MAC ${format(src(pkt.data, pkt.mac))} is ${data.inverted ? "" : "not "}${format(data.address)}`,
  print: (data) => `MAC ${data.inverted ? "! " : ""}${format(data.address)}`,
  save: (data) => `${data.inverted ? "! " : ""}--mac-source ${format(data.address)}`,
});
