import { ICMP, protocol } from "../../wire/ipv4.ts";
import { integer } from "../argument.ts";
import { match, type Option, type OptionUse, UsageError } from "../extension.ts";
import { BOTH, socketOwner } from "../headers.ts";
import type { Packet } from "../packet.ts";

interface Range {
  low: number;
  high: number;
  inverted: boolean;
}

interface Owner {
  uid: Range | null;
  gid: Range | null;
  /** --socket-exists: whether inverted. */
  exists: boolean | null;
}

/** Users and groups by name, as Debian's /etc/passwd and /etc/group begin. */
const NAMES: Readonly<Record<string, number>> = {
  root: 0,
  daemon: 1,
  bin: 2,
  sys: 3,
  games: 60,
  man: 12,
  lp: 7,
  mail: 8,
  news: 9,
  uucp: 10,
  proxy: 13,
  "www-data": 33,
  backup: 34,
  list: 38,
  nobody: 65534,
};
const GROUPS: Readonly<Record<string, number>> = {
  root: 0,
  daemon: 1,
  bin: 2,
  sys: 3,
  adm: 4,
  tty: 5,
  disk: 6,
  lp: 7,
  mail: 8,
  news: 9,
  uucp: 10,
  man: 12,
  proxy: 13,
  "www-data": 33,
  nogroup: 65534,
};

function parse(text: string, names: Readonly<Record<string, number>>, use: OptionUse): Range {
  const named = names[text];
  if (named !== undefined) return { low: named, high: named, inverted: use.inverted };
  const [first, second, ...more] = text.split("-");
  const low = integer(first, 0, 0xfffffffe);
  const high = second === undefined ? low : integer(second, 0, 0xfffffffe);
  if (low === undefined || high === undefined || more.length > 0)
    throw new UsageError(`owner: Bad value for "--${use.option}" option: "${text}"`);
  return { low, high, inverted: use.inverted };
}

const numbers = ({ low, high }: Range): string => (low === high ? String(low) : `${low}-${high}`);

const option = (
  name: string,
  names: Readonly<Record<string, number>>,
  take: (data: Owner, range: Range) => void,
): Option<Owner> => ({
  name,
  arg: name.startsWith("uid") ? "userid[-userid]" : "groupid[-groupid]",
  invertible: true,
  parse: (data, value, use) => take(data, parse(value, names, use)),
});

/** What the kernel sends by itself over ICMP goes through a socket of its own, which nobody owns. */
const fromKernel = (pkt: Packet): boolean =>
  pkt.socket === null && pkt.iif === null && protocol(pkt.data, pkt.net) === ICMP;

/** owner_mt */
function holds(data: Owner, pkt: Packet): boolean {
  const owner = socketOwner(pkt);
  const unowned = !(data.uid && !data.uid.inverted) && !(data.gid && !data.gid.inverted);
  if (owner === null)
    return fromKernel(pkt) ? data.exists !== true && unowned : data.exists !== false && unowned;
  if (data.exists === true) return false;
  const inside = (range: Range | null, id: number) =>
    range === null || (id >= range.low && id <= range.high) !== range.inverted;
  return inside(data.uid, owner.uid) && inside(data.gid, owner.gid);
}

export const owner = match<Owner>({
  name: "owner",
  families: BOTH,
  hooks: ["OUTPUT", "POSTROUTING"],
  stateless: false,
  help: `owner match options:
[!] --uid-owner userid[-userid]      Match local UID
[!] --gid-owner groupid[-groupid]    Match local GID
[!] --socket-exists                  Match if socket exists
    --suppl-groups                   Also match supplementary groups set with --gid-owner
`,
  options: [
    option("uid-owner", NAMES, (data, range) => {
      data.uid = range;
    }),
    option("gid-owner", GROUPS, (data, range) => {
      data.gid = range;
    }),
    {
      name: "socket-exists",
      invertible: true,
      parse(data, _value, use) {
        data.exists = use.inverted;
      },
    },
    {
      name: "suppl-groups",
      parse() {
        throw new UsageError("owner: --suppl-groups is not modelled");
      },
    },
  ],
  initial: () => ({ uid: null, gid: null, exists: null }),
  check(_data, given) {
    if (given.size === 0)
      throw new UsageError("owner: At least one of --uid-owner, --gid-owner or --socket-exists is required");
  },
  judge: (data) => (pkt) => holds(data, pkt),
  explain(_data, pkt) {
    const owner = socketOwner(pkt);
    return owner === null
      ? "no process's socket sent it"
      : `it was sent by UID ${owner.uid}, GID ${owner.gid}`;
  },
  print(data, numeric) {
    const parts: string[] = [];
    const add = (inverted: boolean, text: string) => parts.push(`${inverted ? "! " : ""}owner ${text}`);
    const name = (range: Range, names: Readonly<Record<string, number>>) =>
      (!numeric && range.low === range.high && Object.keys(names).find((key) => names[key] === range.low)) ||
      numbers(range);
    if (data.exists !== null) add(data.exists, "socket exists");
    if (data.uid) add(data.uid.inverted, `UID match ${name(data.uid, NAMES)}`);
    if (data.gid) add(data.gid.inverted, `GID match ${name(data.gid, GROUPS)}`);
    return parts.join(" ");
  },
  save(data) {
    const parts: string[] = [];
    const add = (inverted: boolean, text: string) => parts.push(`${inverted ? "! " : ""}--${text}`);
    if (data.exists !== null) add(data.exists, "socket-exists");
    if (data.uid) add(data.uid.inverted, `uid-owner ${numbers(data.uid)}`);
    if (data.gid) add(data.gid.inverted, `gid-owner ${numbers(data.gid)}`);
    return parts.join(" ");
  },
});
