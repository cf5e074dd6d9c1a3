import { KERNEL_RELEASE } from "../../machine/proc.ts";
import { IFF_LOOPBACK, IFF_UP } from "../../network/device.ts";
import { format } from "../../wire/ipv4.ts";
import { userId, userName } from "../file/mode.ts";
import { readTextFile } from "../tool/files.ts";
import { getopt, UsageError } from "../tool/getopt.ts";
import { quote } from "../tool/quote.ts";
import { defineTool, fail, reason } from "../tool/tool.ts";

export const id = defineTool({
  names: ["id"],
  summary: "print user and group ids",
  *main(tool) {
    const opts = getopt(tool.args, "agGnruzZ", {
      user: "u",
      group: "g",
      groups: "G",
      name: "n",
      real: "r",
      zero: "z",
    });
    const one = ["u", "g", "G"].filter((k) => opts.has(k));
    if (one.length > 1) throw new UsageError('cannot print "only" of more than one choice', true);
    if (one.length === 0 && (opts.has("n") || opts.has("r")))
      fail(tool, "cannot print only names or real IDs in default format");
    let uid = tool.proc.uid;
    const user = opts.rest[0];
    if (user !== undefined) {
      const found = userId(user);
      if (found === undefined) fail(tool, `${quote(user)}: no such user`);
      uid = found;
    }
    const name = userName(uid);
    const group = uid === 65534 ? "nogroup" : name;
    if (one.length === 1) yield* tool.print(`${opts.has("n") ? (one[0] === "u" ? name : group) : uid}\n`);
    else yield* tool.print(`uid=${uid}(${name}) gid=${uid}(${group}) groups=${uid}(${group})\n`);
    return 0;
  },
});

export const whoami = defineTool({
  names: ["whoami"],
  summary: "print the user's name",
  *main(tool) {
    const opts = getopt(tool.args, "");
    if (opts.rest.length > 0) throw new UsageError(`extra operand ${quote(opts.rest[0])}`);
    yield* tool.print(`${userName(tool.proc.uid)}\n`);
    return 0;
  },
});

export const hostname = defineTool({
  names: ["hostname"],
  summary: "print or set the host's name",
  writeError: "ignored",
  usageStatus: 255,
  hint: () => `Usage: hostname [-b] {hostname|-F file}         set host name (from file)
       hostname [-a|-A|-d|-f|-i|-I|-s|-y]       display formatted name
       hostname                                 display host name
`,
  *main(tool) {
    const opts = getopt(tool.args, "aAbdfF:iIsvy", {
      alias: "a",
      "all-fqdns": "A",
      boot: "b",
      domain: "d",
      fqdn: "f",
      long: "f",
      "file:": "F",
      "ip-address": "i",
      "all-ip-addresses": "I",
      short: "s",
    });
    const { machine, net } = tool.proc;
    const file = opts.get("F");
    if (file !== undefined) {
      try {
        machine.hostname = (yield* readTextFile(tool.proc, file)).split("\n")[0].trim();
      } catch (error) {
        fail(tool, `${file}: ${reason(error)}`);
      }
      return 0;
    }
    if (opts.rest.length > 0) {
      machine.hostname = opts.rest[0];
      return 0;
    }
    if (opts.has("I")) {
      let line = "";
      for (const dev of net.links.all()) {
        if ((dev.flags & IFF_UP) === 0 || (dev.flags & IFF_LOOPBACK) !== 0) continue;
        for (const a of dev.ipv4.addresses) line += `${format(a.local)} `;
      }
      yield* tool.print(`${line}\n`);
    } else if (opts.has("i")) yield* tool.print("127.0.1.1\n");
    else if (opts.has("d")) yield* tool.print("\n");
    else yield* tool.print(`${opts.has("s") ? machine.hostname.split(".")[0] : machine.hostname}\n`);
    return 0;
  },
});

export const uname = defineTool({
  names: ["uname", "arch"],
  summary: "print what system this is",
  *main(tool) {
    const args = tool.name.endsWith("arch") ? ["-m"] : tool.args;
    const opts = getopt(args, "asnrvmpio", {
      all: "a",
      "kernel-name": "s",
      nodename: "n",
      "kernel-release": "r",
      "kernel-version": "v",
      machine: "m",
      processor: "p",
      "hardware-platform": "i",
      "operating-system": "o",
    });
    if (opts.rest.length > 0) throw new UsageError(`extra operand ${quote(opts.rest[0])}`);
    const values: Readonly<Record<string, string>> = {
      s: "Linux",
      n: tool.proc.machine.hostname,
      r: KERNEL_RELEASE,
      v: "#1 SMP PREEMPT_DYNAMIC",
      m: "x86_64",
      p: "unknown",
      i: "unknown",
      o: "GNU/Linux",
    };
    const all = opts.has("a");
    const keys = [..."snrvmpio"].filter((k) => (all ? k !== "p" && k !== "i" : opts.has(k)));
    yield* tool.print(`${(keys.length > 0 ? keys : ["s"]).map((k) => values[k]).join(" ")}\n`);
    return 0;
  },
});

export const nproc = defineTool({
  names: ["nproc"],
  summary: "print how many processors there are",
  *main(tool) {
    const opts = getopt(tool.args, "", { all: "all", "ignore:": "ignore" });
    if (opts.rest.length > 0) throw new UsageError(`extra operand ${quote(opts.rest[0])}`);
    yield* tool.print("1\n");
    return 0;
  },
});

export const clear = defineTool({
  names: ["clear"],
  summary: "clear the terminal",
  *main(tool) {
    if (!tool.proc.env.get("TERM")) {
      tool.proc.err("TERM environment variable not set.\n");
      return 1;
    }
    yield* tool.print("\x1b[H\x1b[2J\x1b[3J");
    return 0;
  },
});

/** What scripts ask of terminfo, for xterm's family. */
const CAPABILITIES: Readonly<Record<string, (args: readonly string[]) => string>> = {
  bold: () => "\x1b[1m",
  dim: () => "\x1b[2m",
  rev: () => "\x1b[7m",
  smul: () => "\x1b[4m",
  rmul: () => "\x1b[24m",
  smso: () => "\x1b[7m",
  rmso: () => "\x1b[27m",
  sgr0: () => "\x1b(B\x1b[m",
  clear: () => "\x1b[H\x1b[2J\x1b[3J",
  el: () => "\x1b[K",
  ed: () => "\x1b[J",
  civis: () => "\x1b[?25l",
  cnorm: () => "\x1b[?12l\x1b[?25h",
  sc: () => "\x1b7",
  rc: () => "\x1b8",
  setaf: ([n]) =>
    Number(n) < 8 ? `\x1b[3${n}m` : Number(n) < 16 ? `\x1b[9${Number(n) - 8}m` : `\x1b[38;5;${n}m`,
  setab: ([n]) =>
    Number(n) < 8 ? `\x1b[4${n}m` : Number(n) < 16 ? `\x1b[10${Number(n) - 8}m` : `\x1b[48;5;${n}m`,
  cup: ([y, x]) => `\x1b[${Number(y) + 1};${Number(x) + 1}H`,
};

export const tput = defineTool({
  names: ["tput"],
  summary: "print terminal sequences",
  *main(tool) {
    const args = tool.args[0] === "-T" ? tool.args.slice(2) : tool.args;
    const [name, ...rest] = args;
    const tty = [...tool.proc.fds.values()].find((f) => f.isTty);
    if (name === "cols") yield* tool.print(`${tty?.columns ?? 80}\n`);
    else if (name === "lines") yield* tool.print(`${tty?.rows ?? 24}\n`);
    else {
      const term = tool.proc.env.get("TERM");
      if (!term) {
        tool.proc.err("tput: No value for $TERM and no -T specified\n");
        return 2;
      }
      if (name === "colors") yield* tool.print(term.includes("256") ? "256\n" : "8\n");
      else if (name === undefined) throw new UsageError("missing operand");
      else if (CAPABILITIES[name] === undefined) {
        tool.proc.err(`tput: unknown terminfo capability '${name}'\n`);
        return 4;
      } else yield* tool.print(CAPABILITIES[name](rest));
    }
    return 0;
  },
});

export const stty = defineTool({
  names: ["stty"],
  summary: "terminal settings (size only)",
  *main(tool) {
    const tty = tool.proc.fds.get(0);
    if (!tty?.isTty) fail(tool, "'standard input': Inappropriate ioctl for device");
    if (tool.args[0] === "size") yield* tool.print(`${tty.rows ?? 24} ${tty.columns ?? 80}\n`);
    else if (tool.args.some((a) => !["sane", "echo", "-echo"].includes(a)) || tool.args.length === 0)
      fail(tool, "only 'size', 'sane' and '[-]echo' are modelled by Packetwalk");
    return 0;
  },
});

/** Modules that a stock kernel has and that labs load: what they bring is always there. */
const MODULES: ReadonlySet<string> = new Set(
  (
    "8021q bonding bridge br_netfilter dummy veth ip_tables iptable_filter iptable_nat iptable_mangle iptable_raw iptable_security ip6_tables ip6table_filter " +
    "nf_conntrack nf_conntrack_ipv4 nf_nat nf_nat_ipv4 nf_tables nft_compat nf_log_ipv4 nf_log_syslog nf_defrag_ipv4 ipt_MASQUERADE ipt_REJECT ipt_LOG x_tables " +
    "xt_MASQUERADE xt_LOG xt_conntrack xt_state xt_nat xt_mark xt_connmark xt_multiport xt_limit xt_addrtype xt_comment xt_tcpudp xt_CT xt_statistic xt_physdev xt_iprange xt_mac xt_length xt_REDIRECT xt_NETMAP overlay"
  ).split(" "),
);

export const modprobe = defineTool({
  names: ["modprobe"],
  directory: "/usr/sbin",
  summary: "load kernel modules (what is modelled is always there)",
  // biome-ignore lint/correctness/useYield: a program is a generator
  *main(tool) {
    const opts = getopt(tool.args, "+abCd:DfinqRrS:svVw:", {
      all: "a",
      quiet: "q",
      remove: "r",
      "dry-run": "n",
      verbose: "v",
      "first-time": "first",
      "show-depends": "D",
    });
    if (opts.rest.length === 0) fail(tool, "ERROR: missing parameters. See -h.");
    const names = opts.has("a") || opts.has("r") ? opts.rest : opts.rest.slice(0, 1);
    let status = 0;
    for (const name of names) {
      if (MODULES.has(name.replaceAll("-", "_"))) continue;
      if (!opts.has("q"))
        tool.warn(
          `${opts.has("a") ? "WARNING: Module" : "FATAL: Module"} ${name} not found in directory /lib/modules/${KERNEL_RELEASE}`,
        );
      status = 1;
    }
    return status;
  },
});
