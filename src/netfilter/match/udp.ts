import { portRange } from "../argument.ts";
import { match, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";
import {
  anyPorts,
  explainPorts,
  judgePorts,
  mergePorts,
  nativePorts,
  type Ports,
  portConditions,
  printPorts,
  savePorts,
} from "./ports.ts";

export const udp = match<Ports>({
  name: "udp",
  families: BOTH,
  impliedBy: 17,
  stateless: true,
  protocols: [17],
  native: nativePorts,
  merge: mergePorts,
  help: `udp match options:
[!] --source-port port[:port]
 --sport ...
				match source port(s)
[!] --destination-port port[:port]
 --dport ...
				match destination port(s)
`,
  options: [
    {
      name: "source-port",
      aliases: ["sport"],
      arg: "port[:port]",
      invertible: true,
      parse(data, value, use) {
        data.sport = portRange(value, use);
        data.sportInverted = use.inverted;
      },
    },
    {
      name: "destination-port",
      aliases: ["dport"],
      arg: "port[:port]",
      invertible: true,
      parse(data, value, use) {
        data.dport = portRange(value, use);
        data.dportInverted = use.inverted;
      },
    },
  ],
  initial: anyPorts,
  check(data, _given, rule) {
    if (rule.variant === "nft" && nativePorts(data) && rule.protocol !== 17)
      throw new UsageError("UDP match requires '-p udp'");
  },
  judge: judgePorts,
  ports: portConditions,
  explain: explainPorts,
  print: (data, numeric) => `udp${printPorts(data, "udp", numeric)}`,
  save: savePorts,
});
