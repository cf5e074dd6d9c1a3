import { integer } from "../argument.ts";
import { match, UsageError } from "../extension.ts";
import { IPV4, transportWith4 } from "../headers.ts";

/** ICMP types and codes by the names that iptables has for them (libxt_icmp.h), in its order. */
const NAMES: readonly (readonly [name: string, type: number, codeLow: number, codeHigh: number])[] = [
  ["any", 0xff, 0, 0xff],
  ["echo-reply", 0, 0, 0xff],
  ["pong", 0, 0, 0xff],
  ["destination-unreachable", 3, 0, 0xff],
  ["network-unreachable", 3, 0, 0],
  ["host-unreachable", 3, 1, 1],
  ["protocol-unreachable", 3, 2, 2],
  ["port-unreachable", 3, 3, 3],
  ["fragmentation-needed", 3, 4, 4],
  ["source-route-failed", 3, 5, 5],
  ["network-unknown", 3, 6, 6],
  ["host-unknown", 3, 7, 7],
  ["network-prohibited", 3, 9, 9],
  ["host-prohibited", 3, 10, 10],
  ["TOS-network-unreachable", 3, 11, 11],
  ["TOS-host-unreachable", 3, 12, 12],
  ["communication-prohibited", 3, 13, 13],
  ["host-precedence-violation", 3, 14, 14],
  ["precedence-cutoff", 3, 15, 15],
  ["source-quench", 4, 0, 0xff],
  ["redirect", 5, 0, 0xff],
  ["network-redirect", 5, 0, 0],
  ["host-redirect", 5, 1, 1],
  ["TOS-network-redirect", 5, 2, 2],
  ["TOS-host-redirect", 5, 3, 3],
  ["echo-request", 8, 0, 0xff],
  ["ping", 8, 0, 0xff],
  ["router-advertisement", 9, 0, 0xff],
  ["router-solicitation", 10, 0, 0xff],
  ["time-exceeded", 11, 0, 0xff],
  ["ttl-exceeded", 11, 0, 0xff],
  ["ttl-zero-during-transit", 11, 0, 0],
  ["ttl-zero-during-reassembly", 11, 1, 1],
  ["parameter-problem", 12, 0, 0xff],
  ["ip-header-bad", 12, 0, 0],
  ["required-option-missing", 12, 1, 1],
  ["timestamp-request", 13, 0, 0xff],
  ["timestamp-reply", 14, 0, 0xff],
  ["address-mask-request", 17, 0, 0xff],
  ["address-mask-reply", 18, 0, 0xff],
];

interface Icmp {
  type: number;
  codeLow: number;
  codeHigh: number;
  inverted: boolean;
}

/** xtables_parse_icmp: a name's beginning, "type" or "type/code". */
function parseType(text: string): [number, number, number] {
  const found = NAMES.filter(([name]) => name.toLowerCase().startsWith(text.toLowerCase()));
  // A full name wins over the names that begin with it only when it stands first; the tool compares
  // beginnings and stops at the second.
  if (found.length > 1) {
    const [first, second] = found;
    const same = first[1] === second[1] && first[2] === second[2] && first[3] === second[3];
    if (!same || found.length > 2)
      throw new UsageError(`Ambiguous ICMP type \`${text}': \`${first[0]}' or \`${second[0]}'?`);
  }
  if (found.length > 0) return [found[0][1], found[0][2], found[0][3]];
  const slash = text.indexOf("/");
  const type = integer(slash < 0 ? text : text.slice(0, slash), 0, 255);
  if (type === undefined) throw new UsageError(`Unknown ICMP type \`${text}'`);
  if (slash < 0) return [type, 0, 0xff];
  const code = integer(text.slice(slash + 1), 0, 255);
  if (code === undefined) throw new UsageError(`Unknown ICMP code \`${text}'`);
  return [type, code, code];
}

const codes = (data: Icmp): boolean => data.codeLow !== 0 || data.codeHigh !== 0xff;

export const icmp = match<Icmp>({
  name: "icmp",
  families: IPV4,
  impliedBy: 1,
  protocols: [1],
  stateless: true,
  help: `icmp match options:
[!] --icmp-type typename	match icmp type
[!] --icmp-type type[/code]	(or numeric type or type/code)
Valid ICMP Types:
any
echo-reply (pong)
destination-unreachable
   network-unreachable
   host-unreachable
   protocol-unreachable
   port-unreachable
   fragmentation-needed
   source-route-failed
   network-unknown
   host-unknown
   network-prohibited
   host-prohibited
   TOS-network-unreachable
   TOS-host-unreachable
   communication-prohibited
   host-precedence-violation
   precedence-cutoff
source-quench
redirect
   network-redirect
   host-redirect
   TOS-network-redirect
   TOS-host-redirect
echo-request (ping)
router-advertisement
router-solicitation
time-exceeded (ttl-exceeded)
   ttl-zero-during-transit
   ttl-zero-during-reassembly
parameter-problem
   ip-header-bad
   required-option-missing
timestamp-request
timestamp-reply
address-mask-request
address-mask-reply
`,
  options: [
    {
      name: "icmp-type",
      arg: "typename",
      invertible: true,
      required: true,
      values: NAMES.map(([name]) => name),
      parse(data, value, use) {
        [data.type, data.codeLow, data.codeHigh] = parseType(value);
        data.inverted = use.inverted;
      },
    },
  ],
  initial: () => ({ type: 0xff, codeLow: 0, codeHigh: 0xff, inverted: false }),
  judge(data) {
    const { type, codeLow, codeHigh, inverted } = data;
    return (pkt) => {
      const at = transportWith4(pkt, 8);
      if (at < 0) return false;
      const code = pkt.data[at + 1];
      // icmp_type_code_match: 255 ("any") holds for all.
      return (type === 0xff || (pkt.data[at] === type && code >= codeLow && code <= codeHigh)) !== inverted;
    };
  },
  explain(data, pkt) {
    const at = transportWith4(pkt, 8);
    if (at < 0) return "a later fragment has no ICMP type";
    const wanted = codes(data) ? `${data.type}/${data.codeLow}` : String(data.type);
    return `icmp type ${pkt.data[at]}/${pkt.data[at + 1]} is ${data.inverted ? "" : "not "}${wanted}`;
  },
  print(data, numeric) {
    const not = data.inverted ? "!" : "";
    if (!numeric) {
      const name = NAMES.find(
        ([, type, low, high]) => type === data.type && low === data.codeLow && high === data.codeHigh,
      );
      if (name) return `icmp ${not}${name[0]}`;
    }
    const range =
      data.codeLow === data.codeHigh ? ` code ${data.codeLow}` : ` codes ${data.codeLow}-${data.codeHigh}`;
    return `icmp${data.inverted ? " !" : ""}type ${data.type}${codes(data) ? range : ""}`;
  },
  save(data) {
    const type =
      data.type === 0xff ? "any" : codes(data) ? `${data.type}/${data.codeLow}` : String(data.type);
    return `${data.inverted ? "! " : ""}--icmp-type ${type}`;
  },
});
