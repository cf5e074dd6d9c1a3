import { dst, format, src } from "../../wire/ipv4.ts";
import { dottedQuad } from "../argument.ts";
import { match, type OptionUse, UsageError } from "../extension.ts";

interface Range {
  low: number;
  high: number;
  inverted: boolean;
}

interface IpRange {
  src: Range | null;
  dst: Range | null;
}

function parse(text: string, use: OptionUse): Range {
  const dash = text.indexOf("-");
  const address = (part: string) => {
    const value = dottedQuad(part);
    if (value === undefined)
      throw new UsageError(`iprange: Bad value for "--${use.option}" option: "${part}"`);
    return value;
  };
  const low = address(dash < 0 ? text : text.slice(0, dash));
  const high = dash < 0 ? low : address(text.slice(dash + 1));
  if (low > high)
    use.warn(`xt_iprange: range ${format(low)}-${format(high)} is reversed and will never match\n`);
  return { low, high, inverted: use.inverted };
}

const text = (range: Range): string => `${format(range.low)}-${format(range.high)}`;
const inside = (range: Range, address: number): boolean => address >= range.low && address <= range.high;

export const iprange = match<IpRange>({
  name: "iprange",
  families: ["ipv4"],
  stateless: true,
  help: `iprange match options:
[!] --src-range ip[-ip]    Match source IP in the specified range
[!] --dst-range ip[-ip]    Match destination IP in the specified range
`,
  options: [
    {
      name: "src-range",
      arg: "ip[-ip]",
      invertible: true,
      parse(data, value, use) {
        data.src = parse(value, use);
      },
    },
    {
      name: "dst-range",
      arg: "ip[-ip]",
      invertible: true,
      parse(data, value, use) {
        data.dst = parse(value, use);
      },
    },
  ],
  initial: () => ({ src: null, dst: null }),
  check(_data, given) {
    if (given.size === 0)
      throw new UsageError("iprange match: You must specify `--src-range' or `--dst-range'");
  },
  judge(data) {
    const { src: from, dst: to } = data;
    return (pkt) =>
      (from === null || inside(from, src(pkt.data, pkt.net)) !== from.inverted) &&
      (to === null || inside(to, dst(pkt.data, pkt.net)) !== to.inverted);
  },
  explain(data, pkt) {
    for (const [word, range, address] of [
      ["source", data.src, src(pkt.data, pkt.net)],
      ["destination", data.dst, dst(pkt.data, pkt.net)],
    ] as const)
      if (range && inside(range, address) === range.inverted)
        return `${word} ${format(address)} is ${range.inverted ? "" : "not "}in ${text(range)}`;
    return undefined;
  },
  print(data) {
    const one = (word: string, range: Range | null) =>
      range ? [`${word} IP range ${range.inverted ? "! " : ""}${text(range)}`] : [];
    return [...one("source", data.src), ...one("destination", data.dst)].join(" ");
  },
  save(data) {
    const one = (word: string, range: Range | null) =>
      range ? [`${range.inverted ? "! " : ""}--${word}-range ${text(range)}`] : [];
    return [...one("src", data.src), ...one("dst", data.dst)].join(" ");
  },
});
