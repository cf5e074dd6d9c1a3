import { quoted, syslogLevel, words } from "../argument.ts";
import { type Option, TARGET_CONTINUE, target, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";
import { LOG_IPOPT, LOG_MACDECODE, LOG_TCPOPT, LOG_TCPSEQ, LOG_UID, logLine4 } from "../log.ts";

interface Log {
  level: number;
  prefix: string;
  flags: number;
}

const WARNING = 4;
const LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"] as const;
const FLAGS = [
  ["log-tcp-sequence", LOG_TCPSEQ],
  ["log-tcp-options", LOG_TCPOPT],
  ["log-ip-options", LOG_IPOPT],
  ["log-uid", LOG_UID],
  ["log-macdecode", LOG_MACDECODE],
] as const;
/** The kernel keeps 30 bytes for it (xt_log_info). */
const PREFIX = 29;

export const LOG = target<Log>({
  name: "LOG",
  families: BOTH,
  terminating: false,
  help: `LOG target options:
 --log-level level		Level of logging (numeric or see syslog.conf)
 --log-prefix prefix		Prefix log messages with this prefix.
 --log-tcp-sequence		Log TCP sequence numbers.
 --log-tcp-options		Log TCP options.
 --log-ip-options		Log IP options.
 --log-uid			Log UID owning the local socket.
 --log-macdecode		Decode MAC addresses and protocol.
`,
  options: [
    {
      name: "log-level",
      arg: "level",
      values: ["alert", "crit", "debug", "emerg", "error", "info", "notice", "panic", "warning"],
      parse(data, value) {
        data.level = syslogLevel(value);
      },
    },
    {
      name: "log-prefix",
      arg: "prefix",
      parse(data, value, use) {
        if (value.includes("\n")) throw new UsageError("Newlines not allowed in --log-prefix");
        data.prefix = words(value, use, 1, Number.MAX_SAFE_INTEGER).slice(0, PREFIX);
      },
    },
    ...FLAGS.map(
      ([name, bit]): Option<Log> => ({
        name,
        parse(data) {
          data.flags |= bit;
        },
      }),
    ),
  ],
  initial: () => ({ level: WARNING, prefix: "", flags: 0 }),
  apply: (data) => (pkt, state) => {
    if (state.family !== "ipv4") return TARGET_CONTINUE;
    const line = logLine4(pkt, state, data.prefix, data.flags);
    if (state.host.netfilterLog(data.level, line) !== false)
      state.host.walk?.emit(state.host.name, { kind: "log", packet: pkt.id, line });
    return TARGET_CONTINUE;
  },
  print(data, numeric) {
    const parts = numeric
      ? [`LOG flags ${data.flags} level ${data.level}`]
      : [`LOG level ${LEVELS[data.level]}`];
    if (!numeric)
      for (const [name, bit] of FLAGS) if (data.flags & bit) parts.push(name.slice("log-".length));
    if (data.prefix !== "") parts.push(`prefix "${data.prefix}"`);
    return parts.join(" ");
  },
  save(data) {
    const parts: string[] = [];
    if (data.prefix !== "") parts.push(`--log-prefix ${quoted(data.prefix)}`);
    if (data.level !== WARNING) parts.push(`--log-level ${data.level}`);
    for (const [name, bit] of FLAGS) if (data.flags & bit) parts.push(`--${name}`);
    return parts.join(" ");
  },
});
