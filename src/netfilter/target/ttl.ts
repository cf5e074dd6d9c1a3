import { setTtl } from "../../wire/ipv4.ts";
import { uint } from "../argument.ts";
import { type Option, TARGET_CONTINUE, target, UsageError } from "../extension.ts";
import { IPV4 } from "../headers.ts";

interface Ttl {
  mode: "set" | "dec" | "inc" | null;
  value: number;
}

const WORDS = { set: "set to", dec: "decrement by", inc: "increment by" } as const;
const MODES = ["set", "dec", "inc"] as const;

export const TTL = target<Ttl>({
  name: "TTL",
  families: IPV4,
  tables: ["mangle"],
  terminating: false,
  help: `TTL target options
  --ttl-set value		Set TTL to <value 0-255>
  --ttl-dec value		Decrement TTL by <value 1-255>
  --ttl-inc value		Increment TTL by <value 1-255>
`,
  options: MODES.map(
    (mode): Option<Ttl> => ({
      name: `ttl-${mode}`,
      arg: "value",
      excludes: MODES.filter((other) => other !== mode).map((other) => `ttl-${other}`),
      parse: (data, value, use) =>
        Object.assign(data, { mode, value: uint(value, use, 255, mode === "set" ? 0 : 1) }),
    }),
  ),
  initial: () => ({ mode: null, value: 0 }),
  check(_data, given) {
    if (given.size === 0) throw new UsageError("TTL: You must specify an action");
  },
  apply:
    ({ mode, value }) =>
    (pkt, state) => {
      const old = pkt.data[pkt.net + 8];
      const now =
        mode === "set" ? value : mode === "inc" ? Math.min(255, old + value) : Math.max(0, old - value);
      if (now === old) return TARGET_CONTINUE;
      setTtl(pkt.data, pkt.net, now);
      state.host.walk?.emit(state.host.name, {
        kind: "change",
        packet: pkt.id,
        field: "ttl",
        from: String(old),
        to: String(now),
        by: "TTL",
      });
      return TARGET_CONTINUE;
    },
  print: ({ mode, value }) => `TTL ${mode ? WORDS[mode] : ""} ${value}`,
  save: ({ mode, value }) => `--ttl-${mode} ${value}`,
});
