import { KernelError, strerror } from "../../base/errno.ts";
import { concat } from "../../base/text.ts";
import type { Process, Running } from "../../machine/process.ts";
import type { Command } from "../../machine/program.ts";
import { Interrupted } from "../../machine/signal.ts";
import { readText } from "../../machine/vfs.ts";
import type { Device } from "../../network/device.ts";
import { FilterError } from "../../wire/filter/ast.ts";
import { compileFilter, type Predicate } from "../../wire/filter/compile.ts";
import { mask } from "../../wire/ipv4.ts";
import * as pcap from "../../wire/pcap.ts";
import * as pcapng from "../../wire/pcapng.ts";
import { PacketPrinter } from "../../wire/print/printer.ts";
import { openInput } from "../tool/files.ts";
import { UsageError } from "../tool/getopt.ts";
import { ANY, deviceList } from "./devices.ts";
import { LiveCapture } from "./live.ts";
import { SystemNames } from "./names.ts";
import { Failure, type Options, parseOptions, USAGE, VERSION } from "./options.ts";
import { FileOutput, type Output, TextOutput } from "./output.ts";
import { TimePrinter } from "./time.ts";

const LINK_NAMES: Readonly<Record<number, string>> = {
  [pcap.LINKTYPE_ETHERNET]: "EN10MB (Ethernet)",
  [pcap.LINKTYPE_RAW]: "RAW (Raw IP)",
  [pcap.LINKTYPE_LINUX_SLL]: "LINUX_SLL (Linux cooked v1)",
  [pcap.LINKTYPE_LINUX_SLL2]: "LINUX_SLL2 (Linux cooked v2)",
};
const linkName = (type: number): string => LINK_NAMES[type] ?? String(type);

function* run(proc: Process): Running {
  try {
    const options = parseOptions(proc.argv.slice(1));
    if (options.help || options.version) {
      // The usage goes to standard output when it was asked for.
      proc.out(options.help ? VERSION + USAGE : VERSION);
      return 0;
    }
    if (options.listDevices) {
      deviceList(proc.net).forEach((entry, i) => {
        proc.out(`${i + 1}.${entry.text}\n`);
      });
      return 0;
    }
    return options.read === null
      ? yield* capture(proc, options)
      : yield* readBack(proc, options, options.read);
  } catch (error) {
    if (error instanceof UsageError) {
      proc.err(`tcpdump: ${error.message}\n${error.message.startsWith("only -t") ? "" : VERSION + USAGE}`);
      return 1;
    }
    if (error instanceof Failure || error instanceof FilterError) {
      proc.err(`tcpdump: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

/** The filter's text: the file's of -F, or the operands. */
function expression(proc: Process, options: Options): string {
  if (options.filterFile === null) return options.expression;
  try {
    return readText(proc, options.filterFile).replace(/#.*$/gm, " ");
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new Failure(`can't open ${options.filterFile}: ${strerror(error.code)}`);
  }
}

function printer(proc: Process, options: Options, linkType: number, names: SystemNames): PacketPrinter {
  return new PacketPrinter(linkType, { ...options, names }, (index) => proc.net.links.byIndex(index)?.name);
}

/** The text, the file, or both. */
function* outputs(
  proc: Process,
  options: Options,
  linkType: number,
  snaplen: number,
  names: SystemNames,
): Running<{ all: Output[]; printer: PacketPrinter | null }> {
  const all: Output[] = [];
  if (options.write !== null) {
    try {
      const file = new FileOutput(proc, options.write, linkType, options, snaplen);
      all.push(file);
      yield* file.start();
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      throw new Failure(`${options.write}: ${strerror(error.code)}`);
    }
  }
  if (options.write !== null && !options.print) return { all, printer: null };
  const text = printer(proc, options, linkType, names);
  if (!options.countOnly)
    all.push(new TextOutput(proc, text, new TimePrinter(options.time, options.nanoseconds), options));
  return { all, printer: text };
}

/** Says which protocols were named only, where the real tool would have shown what they say. */
function tellUndecoded(proc: Process, from: PacketPrinter | null): void {
  if (from === null || from.undecoded.size === 0) return;
  proc.err(
    `tcpdump: not modelled: the contents of ${[...from.undecoded].sort().join(", ")} are not decoded\n`,
  );
}

// ── from devices ───────────────────────────────────────────────────────────────────────────────────────

function findDevice(proc: Process, options: Options): { name: string; device: Device | null } {
  let name = options.device;
  if (name === null) {
    const first = deviceList(proc.net)[0];
    name = first.name;
  } else if (/^\d+$/.test(name) && proc.net.links.byName(name) === undefined) {
    const entry = deviceList(proc.net)[Number(name) - 1];
    if (!entry) throw new Failure("Invalid adapter index");
    name = entry.name;
  }
  if (name === ANY) return { name, device: null };
  const device = proc.net.links.byName(name);
  if (!device) {
    if (/^(bluetooth-monitor|nflog|nfqueue|dbus-.*)$/.test(name))
      throw new Failure(`capturing on ${name} is not modelled`);
    throw new Failure(`${name}: No such device exists\n(No such device exists)`);
  }
  if (!device.up) throw new Failure(`${name}: That device is not up`);
  return { name, device };
}

function* capture(proc: Process, options: Options): Running {
  const { name, device } = findDevice(proc, options);
  if (options.listLinkTypes) {
    proc.out(`Data link types for ${name} (use option -y to set):\n`);
    for (const type of device === null
      ? ["LINUX_SLL (Linux cooked v1)", "LINUX_SLL2 (Linux cooked v2)"]
      : ["EN10MB (Ethernet)", "DOCSIS (DOCSIS)"])
      proc.out(`  ${type}${type.startsWith("DOCSIS") ? " (printing not supported)" : ""}\n`);
    return 0;
  }
  const names = new SystemNames(proc);
  // What is printed to a terminal or by lines is wanted at once (tcpdump.c, since 4.99).
  const byLine = options.write === null && (options.lineBuffered || proc.fds.get(1)?.isTty === true);
  const live = new LiveCapture(proc, device, { ...options, immediate: options.immediate || byLine });
  // Said before the filter is looked at: only the pseudo-device has a choice.
  if (device === null) proc.err("tcpdump: data link type LINUX_SLL2\n");
  const address = device?.ipv4.addresses[0];
  live.filter = compileFilter(expression(proc, options), {
    linkType: live.linkType,
    names,
    netmask: address ? mask(address.prefix) : 0,
    live: true,
  });
  const out = yield* outputs(proc, options, live.linkType, options.snaplen, names);
  const quietStart = options.verbose === 0 && options.write === null;
  proc.err(
    (quietStart
      ? "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n"
      : "tcpdump: ") +
      `listening on ${name}, link-type ${linkName(live.linkType)}, snapshot length ${options.snaplen} bytes\n`,
  );
  for (const signal of ["INT", "TERM", "HUP", "PIPE"] as const) {
    // nohup: a hang-up that is ignored stays so.
    if (signal === "HUP" && proc.handlerOf("HUP") === "ignore") continue;
    if (signal !== "PIPE") proc.handle(signal, () => "interrupt");
  }
  let captured = 0;
  let interrupted = false;
  let status = 0;
  let failure = "";
  live.start();
  try {
    loop: for (;;) {
      for (const packet of live.read()) {
        captured++;
        for (const output of out.all) yield* output.packet(packet);
        if (captured === options.count) break loop;
      }
      if (live.gone) {
        failure = "tcpdump: pcap_loop: The interface disappeared\n";
        status = 1;
        break;
      }
      if (live.waiting) continue;
      const until = live.nextHandover;
      if (until === undefined) yield { queues: live.wakers };
      else {
        while (proc.machine.now < until && !live.gone) yield { queues: live.wakers, until };
        live.handOver();
      }
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    interrupted = true;
  } finally {
    live.stop();
  }
  for (const output of out.all) yield* output.end(interrupted && (options.write === null || options.print));
  if (failure) proc.err(failure);
  const s = (n: number): string => (n === 1 ? "" : "s");
  if (options.countOnly && options.write === null) proc.out(`${captured} packet${s(captured)}\n`);
  proc.err(
    `${captured} packet${s(captured)} captured\n` +
      `${live.received} packet${s(live.received)} received by filter\n` +
      "0 packets dropped by kernel\n",
  );
  tellUndecoded(proc, out.printer);
  return status;
}

// ── from a file ────────────────────────────────────────────────────────────────────────────────────────

function* readBack(proc: Process, options: Options, path: string): Running {
  let bytes: Uint8Array;
  try {
    const fd = openInput(proc, path);
    const parts: Uint8Array[] = [];
    for (;;) {
      const part = yield* proc.read(fd);
      if (part.length === 0) break;
      parts.push(part);
    }
    bytes = parts.length === 0 ? new Uint8Array(0) : concat(parts);
    if (fd !== 0) proc.closeFd(fd);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new Failure(
      error.code === "EISDIR"
        ? `error reading dump file: ${strerror("EISDIR")}`
        : `${path}: ${strerror(error.code)}`,
    );
  }
  const file = bytes[0] === 0x0a && bytes[1] === 0x0d ? pcapng.read(bytes) : pcap.read(bytes);
  if (!("packets" in file)) throw new Failure(file.error);
  proc.err(
    `reading from file ${path}, link-type ${linkName(file.linkType)}, snapshot length ${file.snaplen}\n`,
  );
  if (file.linkType === pcap.LINKTYPE_LINUX_SLL2) proc.err("Warning: interface names might be incorrect\n");
  const names = new SystemNames(proc);
  const accept: Predicate = compileFilter(expression(proc, options), { linkType: file.linkType, names });
  const out = yield* outputs(proc, options, file.linkType, file.snaplen, names);
  let count = 0;
  let status = 0;
  for (const packet of file.packets) {
    if (packet.linkType !== file.linkType) {
      // libpcap can hold one link type only.
      proc.err("tcpdump: an interface has a type different from the type of the first interface\n");
      status = 1;
      break;
    }
    if (!accept({ data: packet.data, length: packet.length })) continue;
    count++;
    for (const output of out.all) yield* output.packet(packet);
    if (count === options.count) break;
  }
  for (const output of out.all) yield* output.end(false);
  if (file.error !== undefined && status === 0 && count !== options.count) {
    proc.err(`tcpdump: pcap_loop: ${file.error}\n`);
    status = 1;
  }
  if (options.countOnly && options.write === null) proc.out(`${count} packet${count === 1 ? "" : "s"}\n`);
  tellUndecoded(proc, out.printer);
  return status;
}

export const tcpdump: Command = {
  names: ["tcpdump"],
  directory: "/usr/bin",
  summary: "captures packets on devices, prints or records them, and reads recordings back",
  run,
};
