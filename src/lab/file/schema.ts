import * as v from "valibot";

// A lab as data. The schema is the source of the types, of the JSON Schema (`packetwalk schema lab`) and of what
// read.ts finds wrong with a file's shape; what one part says of another is checked in check.ts.

const words = v.pipe(
  v.string("takes text"),
  v.regex(
    /^[\w./:@+=%-]+( +[\w./:@+=%-]+)*$/,
    "takes plain words, without quotes or other signs of the shell",
  ),
);
const described = <S extends v.GenericSchema>(schema: S, text: string) =>
  v.pipe(schema, v.description(text)) as unknown as S;

/** A network namespace's name: a file's name that no tool takes for an option. */
export const NAME = /^[A-Za-z0-9_][\w.-]{0,62}$/;
/** A device's name (dev_valid_name: at most 15 bytes, no "/", ":" or blank), in letters that no tool misreads. */
export const DEVICE = /^[A-Za-z0-9_][\w.-]{0,14}$/;

const name = v.pipe(
  v.string(),
  v.regex(NAME, "is no name for a box: letters, digits, - . and _, at most 63 of them"),
);
const device = v.pipe(
  v.string(),
  v.regex(DEVICE, "is no name for a device: letters, digits, - . and _, at most 15 of them"),
);

const address = v.string("takes an address with its prefix length, such as 10.0.0.1/24");
const addresses = described(
  v.union(
    [address, v.array(address)],
    "takes an address with its prefix length, such as 10.0.0.1/24, or a list of them",
  ),
  "An address with its prefix length, or a list of them",
);

const deviceOptions = v.strictObject({
  addresses: v.optional(addresses),
  mac: v.optional(
    v.pipe(
      v.string("takes a MAC address, such as 02:00:00:00:00:01"),
      v.regex(/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/, "takes a MAC address, such as 02:00:00:00:00:01"),
    ),
  ),
  mtu: v.optional(v.pipe(v.number("takes a number"), v.integer("takes a whole number"))),
  up: described(v.optional(v.boolean("takes true or false")), "False: the device stays down. Default true"),
  bridge: described(
    v.optional(v.array(device, "takes a list of devices, the bridge's ports")),
    "The device is a bridge, and these are its ports",
  ),
});

const rules = described(
  v.union(
    [
      v.string("takes what iptables-save prints, or a list of rules"),
      v.array(v.string("takes a rule, such as -A FORWARD -i eth0 -j ACCEPT")),
    ],
    "takes what iptables-save prints, or a list of rules",
  ),
  "What iptables-save prints; or a list of what follows `iptables`: -A, -I, -P and -N, each with -t TABLE before it or not",
);

const service = v.union(
  [
    v.string(),
    v.strictObject({
      run: v.string("takes a command"),
      listens: described(
        v.optional(
          v.union(
            [
              v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)),
              v.pipe(v.string(), v.regex(/^\d{1,5}\/(tcp|udp)$/)),
            ],
            "takes a port: 80, 80/tcp or 53/udp",
          ),
        ),
        "The port that is open when the service is ready: 80, 80/tcp or 53/udp",
      ),
    }),
  ],
  "takes a command, or run: and listens:",
);

const box = v.strictObject({
  devices: described(
    v.optional(
      v.record(
        device,
        v.nullable(
          v.union(
            [address, v.array(address), deviceOptions],
            "takes an address, a list of addresses, or addresses:, mac:, mtu:, up:, bridge:",
          ),
        ),
        "takes devices, each with its address",
      ),
    ),
    "Its devices: those that links end at, lo, and bridges",
  ),
  routes: described(v.optional(v.array(words, "takes a list of routes")), "What follows `ip route add`"),
  rules: described(v.optional(v.array(words, "takes a list of routing rules")), "What follows `ip rule add`"),
  sysctls: described(
    v.optional(
      v.record(
        v.pipe(
          v.string(),
          v.regex(/^net[./][\w./-]+$/, "is no sysctl of a network namespace: their names begin with net."),
        ),
        v.union([v.number(), v.pipe(v.string(), v.regex(/^[\w .:-]+$/))], "takes a number, or words as text"),
        "takes sysctls, such as net.ipv4.ip_forward: 1",
      ),
    ),
    "sysctls by their names, written when the devices are there",
  ),
  iptables: v.optional(rules),
  services: described(
    v.optional(v.array(service, "takes a list of commands")),
    "Commands that run in the background, in the box and in the file's folder",
  ),
});
const boxes = v.optional(v.record(name, v.nullable(box), "takes boxes by their names"));
const end = v.pipe(
  v.string("takes an end as BOX:DEVICE"),
  v.regex(/^[^:\s]+:[^:\s]+$/, "takes an end as BOX:DEVICE, such as ann:eth0"),
);

export const labSchema = v.strictObject({
  name: v.optional(v.string("takes text")),
  hosts: described(boxes, "Boxes that are what their devices, routes and rules make them"),
  routers: described(boxes, "Boxes that forward: net.ipv4.ip_forward=1"),
  switches: described(boxes, "Boxes whose links all end in one bridge, br0"),
  links: described(
    v.optional(
      v.array(
        v.strictTuple([end, end], "takes two ends, [BOX:DEVICE, BOX:DEVICE]"),
        "takes a list of links, each [BOX:DEVICE, BOX:DEVICE]",
      ),
    ),
    "Cables (pairs of veth devices), each by its two ends: [ann:eth0, router:eth1]",
  ),
  run: described(
    v.optional(v.string("takes bash commands as text")),
    "bash commands, run in the file's folder when the lab is built",
  ),
});

export type LabFile = v.InferOutput<typeof labSchema>;
export type BoxFile = v.InferOutput<typeof box>;
export type DeviceFile = v.InferOutput<typeof deviceOptions>;
export const KINDS = ["hosts", "routers", "switches"] as const;
export type BoxKind = (typeof KINDS)[number];
