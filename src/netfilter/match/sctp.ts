import { port } from "../argument.ts";
import { match, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";
import {
  anyPorts,
  explainPorts,
  judgePorts,
  type Ports,
  portConditions,
  printPorts,
  savePorts,
} from "./ports.ts";

function range(text: string): [number, number] {
  const colon = text.indexOf(":");
  if (colon < 0) {
    const value = port(text, "sctp");
    return [value, value];
  }
  const low = colon === 0 ? 0 : port(text.slice(0, colon), "sctp");
  const high = colon === text.length - 1 ? 0xffff : port(text.slice(colon + 1), "sctp");
  return [low, high];
}

export const sctp = match<Ports>({
  name: "sctp",
  families: BOTH,
  impliedBy: 132,
  protocols: [132],
  stateless: true,
  help: `sctp match options
[!] --source-port port[:port]                          match source port(s)
 --sport ...
[!] --destination-port port[:port]                     match destination port(s)
 --dport ...
[!] --chunk-types (all|any|none) (chunktype[:flags])+	match if all, any or none of
						        chunktypes are present
chunktypes - DATA INIT INIT_ACK SACK HEARTBEAT HEARTBEAT_ACK ABORT SHUTDOWN SHUTDOWN_ACK ERROR COOKIE_ECHO COOKIE_ACK ECN_ECNE ECN_CWR SHUTDOWN_COMPLETE I_DATA RE_CONFIG PAD ASCONF ASCONF_ACK FORWARD_TSN I_FORWARD_TSN ALL NONE
`,
  options: [
    {
      name: "source-port",
      aliases: ["sport"],
      arg: "port[:port]",
      invertible: true,
      parse(data, value, use) {
        data.sport = range(value);
        data.sportInverted = use.inverted;
      },
    },
    {
      name: "destination-port",
      aliases: ["dport"],
      arg: "port[:port]",
      invertible: true,
      parse(data, value, use) {
        data.dport = range(value);
        data.dportInverted = use.inverted;
      },
    },
    {
      name: "chunk-types",
      arg: "(all|any|none) types",
      invertible: true,
      parse() {
        throw new UsageError("sctp: --chunk-types is not modelled");
      },
    },
  ],
  initial: anyPorts,
  judge: judgePorts,
  ports: portConditions,
  explain: explainPorts,
  print: (data, numeric) => `sctp${printPorts(data, "sctp", numeric)}`,
  save: savePorts,
});
