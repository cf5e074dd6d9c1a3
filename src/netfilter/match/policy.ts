import { match, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";

interface Policy {
  dir: "in" | "out" | null;
  pol: "none" | "ipsec" | null;
}

/** Elements of an IPsec policy: there is none to compare with. */
const ELEMENT = ["reqid", "spi", "tunnel-src", "tunnel-dst", "proto", "mode", "next", "strict"] as const;

export const policy = match<Policy>({
  name: "policy",
  families: BOTH,
  stateless: true,
  help: `policy match options:
  --dir in|out			match policy applied during decapsulation/
				policy to be applied during encapsulation
  --pol none|ipsec		match policy
  --strict 			match entire policy instead of single element
				at any position
These options may be used repeatedly, to describe policy elements:
[!] --reqid reqid		match reqid
[!] --spi spi			match SPI
[!] --proto proto		match protocol (ah/esp/ipcomp)
[!] --mode mode 		match mode (transport/tunnel)
[!] --tunnel-src addr/mask	match tunnel source
[!] --tunnel-dst addr/mask	match tunnel destination
  --next 			begin next element in policy
`,
  options: [
    {
      name: "dir",
      arg: "in|out",
      values: ["in", "out"],
      parse(data, value) {
        if (value !== "in" && value !== "out") throw new UsageError(`policy_match: invalid dir "${value}"`);
        data.dir = value;
      },
    },
    {
      name: "pol",
      arg: "none|ipsec",
      values: ["none", "ipsec"],
      parse(data, value) {
        if (value !== "none" && value !== "ipsec")
          throw new UsageError(`policy match: invalid policy "${value}"`);
        data.pol = value;
      },
    },
    ...ELEMENT.map((name) => ({
      name,
      ...(name === "next" || name === "strict" ? {} : { arg: name }),
      invertible: true,
      parse() {
        throw new UsageError(`policy: --${name} is not modelled`);
      },
    })),
  ],
  initial: () => ({ dir: null, pol: null }),
  check(data) {
    if (data.dir === null) throw new UsageError("policy match: neither --dir in nor --dir out specified");
  },
  refuse: (data, _rule, hooks) => {
    // policy_mt_check: PREROUTING and INPUT know what came in, POSTROUTING and OUTPUT what goes out.
    const wrong = data.dir === "out" ? [0, 1] : [3, 4];
    return hooks.some((hook) => wrong.includes(hook)) ? "EINVAL" : undefined;
  },
  // No packet of the simulation is under IPsec.
  judge: ({ pol }) => {
    const none = pol !== "ipsec";
    return () => none;
  },
  explain: () => "no IPsec policy applies to it",
  print: (data) => `policy match dir ${data.dir} pol ${data.pol}`,
  save: (data) => `--dir ${data.dir} --pol ${data.pol}`,
});
