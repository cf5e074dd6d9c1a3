import { put16, u16 } from "../../wire/bytes.ts";
import { replace16 } from "../../wire/checksum.ts";
import { src, totalLength } from "../../wire/ipv4.ts";
import { FIN, headerLength, OPT_END, OPT_MSS, OPT_NOP, RST, SYN } from "../../wire/tcp.ts";
import { uint } from "../argument.ts";
import { TARGET_CONTINUE, TARGET_DROP, target, UsageError } from "../extension.ts";
import { IPV4, transportWith4 } from "../headers.ts";
import { INPUT, PREROUTING } from "../hooks.ts";

interface TcpMss {
  /** null: clamp to the path's MTU. */
  mss: number | null;
}

export const TCPMSS = target<TcpMss>({
  name: "TCPMSS",
  families: IPV4,
  protocols: [6],
  terminating: false,
  help: `TCPMSS target mutually-exclusive options:
  --set-mss value               explicitly set MSS option to specified value
  --clamp-mss-to-pmtu           automatically clamp MSS value to (path_MTU - 20)
`,
  options: [
    {
      name: "set-mss",
      arg: "value",
      parse(data, value, use) {
        data.mss = uint(value, use, 65535 - 20);
      },
    },
    {
      name: "clamp-mss-to-pmtu",
      parse(data) {
        data.mss = null;
      },
    },
  ],
  initial: () => ({ mss: 0 }),
  check(_data, given) {
    if (given.size === 0) throw new UsageError("TCPMSS target: At least one parameter is required");
  },
  // tcpmss_tg4_check: before routing there is no path's MTU.
  refuse: (data, _rule, hooks) =>
    data.mss === null && hooks.some((hook) => hook === PREROUTING || hook === INPUT) ? "EINVAL" : undefined,
  /** tcpmss_mangle_packet: the option is lowered, never raised. A SYN without one gets none of its own here when it
   *  carries data; otherwise the default MSS may not be exceeded. */
  apply: (data) => (pkt, state) => {
    const bytes = pkt.data;
    const at = transportWith4(pkt, 20);
    if (at < 0)
      return at === -1 && pkt.length >= 20 && (u16(bytes, pkt.net + 6) & 0x1fff) !== 0
        ? TARGET_CONTINUE
        : TARGET_DROP;
    const header = headerLength(bytes, at);
    if (header < 20 || at + header > pkt.end) return TARGET_DROP;
    // Only a SYN negotiates.
    if ((bytes[at + 13] & (SYN | RST | FIN)) !== SYN) return TARGET_CONTINUE;
    let wanted = data.mss;
    if (wanted === null) {
      const mtu = pkt.route?.mtu ?? 0;
      const back = state.host.pathMtu4?.(src(bytes, pkt.net)) ?? 0;
      const least = Math.min(mtu, back === 0 ? mtu : back);
      if (least <= 40) return TARGET_DROP;
      wanted = least - 40;
    }
    for (let i = at + 20; i + 3 < at + header; ) {
      const kind = bytes[i];
      if (kind === OPT_END) break;
      if (kind === OPT_NOP) {
        i++;
        continue;
      }
      const size = bytes[i + 1];
      if (kind === OPT_MSS && size === 4) {
        const old = u16(bytes, i + 2);
        if (old <= wanted) return TARGET_CONTINUE;
        put16(bytes, i + 2, wanted);
        // The option may stand at an odd place: the checksum sees its bytes swapped then.
        const odd = ((i + 2 - at) & 1) !== 0;
        const swap = (n: number) => (odd ? ((n & 255) << 8) | (n >>> 8) : n);
        if (!pkt.partial) replace16(bytes, at + 16, swap(old), swap(wanted));
        state.host.walk?.emit(state.host.name, {
          kind: "change",
          packet: pkt.id,
          field: "mss",
          from: String(old),
          to: String(wanted),
          by: "TCPMSS",
        });
        return TARGET_CONTINUE;
      }
      i += size < 2 ? 1 : size;
    }
    // No MSS option: the kernel would add one of at most 536; every SYN of the simulation carries one.
    if (totalLength(bytes, pkt.net) > at - pkt.net + header) return TARGET_CONTINUE;
    state.host.walk?.emit(state.host.name, {
      kind: "not-modelled",
      packet: pkt.id,
      what: "TCPMSS on a SYN without an MSS option",
    });
    return TARGET_CONTINUE;
  },
  print: (data) => (data.mss === null ? "TCPMSS clamp to PMTU" : `TCPMSS set ${data.mss}`),
  save: (data) => (data.mss === null ? "--clamp-mss-to-pmtu" : `--set-mss ${data.mss}`),
});
