import { interfaceName } from "../argument.ts";
import { match, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";
import { OUTPUT } from "../hooks.ts";
import type { DeviceRef, Packet } from "../packet.ts";

interface Name {
  name: string;
  inverted: boolean;
}

/** For each flag: null when not asked, else whether it was inverted. */
interface PhysDev {
  in: Name | null;
  out: Name | null;
  isIn: boolean | null;
  isOut: boolean | null;
  isBridged: boolean | null;
}

function named(dev: DeviceRef, name: string): boolean {
  return name.endsWith("+") ? dev.name.startsWith(name.slice(0, -1)) : dev.name === name;
}

/** physdev_mt: the option that fails, or null. */
function failing(data: PhysDev, pkt: Packet): string | null {
  const { physIn, physOut } = pkt;
  // A packet that no bridge handed up has no ports: only inverted conditions can hold for it.
  if (physIn === null && physOut === null) {
    if (data.isBridged === false) return "physdev-is-bridged";
    if (data.isIn === false) return "physdev-is-in";
    if (data.isOut === false) return "physdev-is-out";
    if (data.in?.inverted === false) return "physdev-in";
    if (data.out?.inverted === false) return "physdev-out";
    return null;
  }
  if (data.isBridged !== null && (physOut !== null) === data.isBridged) return "physdev-is-bridged";
  if (data.isIn !== null && (physIn !== null) === data.isIn) return "physdev-is-in";
  if (data.isOut !== null && (physOut !== null) === data.isOut) return "physdev-is-out";
  if (data.in && physIn !== null && named(physIn, data.in.name) === data.in.inverted) return "physdev-in";
  if (data.out && (physOut === null || named(physOut, data.out.name) === data.out.inverted))
    return "physdev-out";
  return null;
}

function words(data: PhysDev): string {
  const parts: string[] = [];
  const add = (asked: boolean | null | undefined, text: string) => {
    if (asked !== null && asked !== undefined) parts.push(`${asked ? "! " : ""}--${text}`);
  };
  add(data.isIn, "physdev-is-in");
  add(data.in?.inverted, `physdev-in ${data.in?.name}`);
  add(data.isOut, "physdev-is-out");
  add(data.out?.inverted, `physdev-out ${data.out?.name}`);
  add(data.isBridged, "physdev-is-bridged");
  return parts.join(" ");
}

export const physdev = match<PhysDev>({
  name: "physdev",
  families: BOTH,
  stateless: false,
  help: `physdev match options:
 [!] --physdev-in inputname[+]		bridge port name ([+] for wildcard)
 [!] --physdev-out outputname[+]	bridge port name ([+] for wildcard)
 [!] --physdev-is-in			arrived on a bridge device
 [!] --physdev-is-out			will leave on a bridge device
 [!] --physdev-is-bridged		it's a bridged packet
`,
  options: [
    {
      name: "physdev-in",
      arg: "inputname[+]",
      invertible: true,
      parse(data, value, use) {
        data.in = { name: interfaceName(value), inverted: use.inverted };
      },
    },
    {
      name: "physdev-out",
      arg: "outputname[+]",
      invertible: true,
      parse(data, value, use) {
        data.out = { name: interfaceName(value), inverted: use.inverted };
      },
    },
    {
      name: "physdev-is-in",
      invertible: true,
      parse(data, _value, use) {
        data.isIn = use.inverted;
      },
    },
    {
      name: "physdev-is-out",
      invertible: true,
      parse(data, _value, use) {
        data.isOut = use.inverted;
      },
    },
    {
      name: "physdev-is-bridged",
      invertible: true,
      parse(data, _value, use) {
        data.isBridged = use.inverted;
      },
    },
  ],
  initial: () => ({ in: null, out: null, isIn: null, isOut: null, isBridged: null }),
  check(_data, given) {
    if (given.size === 0) throw new UsageError("PHYSDEV: no physdev option specified");
  },
  // physdev_mt_check: the port of departure is known to packets that are bridged, not to routed ones.
  refuse(data, _rule, hooks) {
    const out = data.out !== null || data.isOut !== null;
    return out && data.isBridged !== false && hooks.includes(OUTPUT) ? "EINVAL" : undefined;
  },
  judge: (data) => (pkt) => failing(data, pkt) === null,
  explain(data, pkt) {
    const option = failing(data, pkt);
    if (option === null) return undefined;
    return `--${option} does not hold (bridge ports: in ${pkt.physIn?.name ?? "none"}, out ${pkt.physOut?.name ?? "none"})`;
  },
  print: (data) => `PHYSDEV match ${words(data)}`,
  save: words,
});
