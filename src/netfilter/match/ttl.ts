import { uint } from "../argument.ts";
import { match, UsageError } from "../extension.ts";
import { IPV4 } from "../headers.ts";

interface Ttl {
  op: "eq" | "ne" | "lt" | "gt";
  value: number;
}

const SIGN = { eq: "==", ne: "!=", lt: "<", gt: ">" } as const;

export const ttl = match<Ttl>({
  name: "ttl",
  families: IPV4,
  stateless: true,
  help: `ttl match options:
[!] --ttl-eq value	Match time to live value
  --ttl-lt value	Match TTL < value
  --ttl-gt value	Match TTL > value
`,
  options: [
    {
      name: "ttl-lt",
      arg: "value",
      excludes: ["ttl-eq", "ttl-gt"],
      parse: (data, value, use) => Object.assign(data, { op: "lt", value: uint(value, use, 255) }),
    },
    {
      name: "ttl-gt",
      arg: "value",
      excludes: ["ttl-eq", "ttl-lt"],
      parse: (data, value, use) => Object.assign(data, { op: "gt", value: uint(value, use, 255) }),
    },
    {
      name: "ttl-eq",
      aliases: ["ttl"],
      arg: "value",
      invertible: true,
      excludes: ["ttl-lt", "ttl-gt"],
      parse: (data, value, use) =>
        Object.assign(data, { op: use.inverted ? "ne" : "eq", value: uint(value, use, 255) }),
    },
  ],
  initial: () => ({ op: "eq", value: 0 }),
  check(_data, given) {
    if (given.size === 0)
      throw new UsageError("TTL match: You must specify one of `--ttl-eq', `--ttl-lt', `--ttl-gt");
  },
  judge({ op, value }) {
    switch (op) {
      case "eq":
        return (pkt) => pkt.data[pkt.net + 8] === value;
      case "ne":
        return (pkt) => pkt.data[pkt.net + 8] !== value;
      case "lt":
        return (pkt) => pkt.data[pkt.net + 8] < value;
      case "gt":
        return (pkt) => pkt.data[pkt.net + 8] > value;
    }
  },
  explain: (data, pkt) => `not TTL ${pkt.data[pkt.net + 8]} ${SIGN[data.op]} ${data.value}`,
  print: (data) => `TTL match TTL ${SIGN[data.op]} ${data.value}`,
  save: (data) => (data.op === "ne" ? `! --ttl-eq ${data.value}` : `--ttl-${data.op} ${data.value}`),
});
