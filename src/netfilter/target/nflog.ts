import { quoted, uint, words } from "../argument.ts";
import { TARGET_CONTINUE, target } from "../extension.ts";
import { BOTH } from "../headers.ts";

interface NfLog {
  group: number;
  prefix: string;
  size: number;
  threshold: number;
}

const text = (data: NfLog, dashes: string, prefix: string): string => {
  const parts: string[] = [];
  if (data.prefix !== "") parts.push(`${dashes}nflog-prefix ${prefix}`);
  if (data.group > 0) parts.push(`${dashes}nflog-group ${data.group}`);
  if (data.size > 0) parts.push(`${dashes}nflog-size ${data.size}`);
  if (data.threshold > 0) parts.push(`${dashes}nflog-threshold ${data.threshold}`);
  return parts.join(" ");
};

export const NFLOG = target<NfLog>({
  name: "NFLOG",
  families: BOTH,
  terminating: false,
  help: `NFLOG target options:
 --nflog-group NUM		NETLINK group used for logging
 --nflog-range NUM		This option has no effect, use --nflog-size
 --nflog-size NUM		Number of bytes to copy
 --nflog-threshold NUM		Message threshold of in-kernel queue
 --nflog-prefix STRING		Prefix string for log messages
`,
  options: [
    {
      name: "nflog-group",
      arg: "NUM",
      parse(data, value, use) {
        data.group = uint(value, use, 0xffff);
      },
    },
    {
      name: "nflog-prefix",
      arg: "STRING",
      parse(data, value, use) {
        data.prefix = words(value, use, 1, 63);
      },
    },
    {
      name: "nflog-range",
      arg: "NUM",
      parse(_data, value, use) {
        uint(value, use, 0xffffffff);
        use.warn(
          "warn: --nflog-range has never worked and is no longer supported, please use --nflog-size instead\n",
        );
      },
    },
    {
      name: "nflog-size",
      arg: "NUM",
      excludes: ["nflog-range"],
      parse(data, value, use) {
        data.size = uint(value, use, 0xffffffff);
      },
    },
    {
      name: "nflog-threshold",
      arg: "NUM",
      parse(data, value, use) {
        data.threshold = uint(value, use, 0xffff);
      },
    },
  ],
  initial: () => ({ group: 0, prefix: "", size: 0, threshold: 0 }),
  // It goes to a netlink group that nothing in the simulation listens to.
  apply: () => () => TARGET_CONTINUE,
  print: (data) => text(data, "", `"${data.prefix}"`),
  save: (data) => text(data, "--", quoted(data.prefix)),
});
