import { nearest } from "../lab/file/nearest.ts";
import { print } from "./out.ts";
import { VERSION } from "./version.ts";

// The command line. Verbs are loaded when used, so that `--version` and `--help` start at once.
const VERBS: Record<string, () => Promise<{ main(args: readonly string[]): Promise<number> }>> = {
  run: () => import("./run.ts"),
  walk: () => import("./walk.ts"),
  shell: () => import("./shell.ts"),
  ui: () => import("./ui.ts"),
  script: () => import("./script.ts"),
  schema: () => import("./schema.ts"),
  doctor: () => import("./doctor.ts"),
};

const HELP = `packetwalk – a virtual networking lab: type Linux commands, see every packet's walk

Usage
  packetwalk walk  [options] FILE [ARGS…]   run a lab script; under each command, each packet's walk
  packetwalk run   [options] FILE [ARGS…]   run it; print just what bash would print on a Linux host
  packetwalk shell [options] [FILE]         a terminal on the lab, after the script; --walk: with walks
  packetwalk ui    [options] [LAB]          the lab in the browser: LAB is a script or its folder
  packetwalk script LAB.yaml                the commands that build a lab file's lab, as a bash script
  packetwalk schema [lab]                   the JSON Schema of walk events; of lab files
  packetwalk doctor                         what the kernel engine needs and this machine lacks

FILE is a bash script, or a lab as data: a lab file, .yaml or .json (docs/lab-files.md).

Options
  --engine NAME       simulated, or kernel: this machine's own Linux, in a sandbox                   [simulated]
  --seed N            what chance decides (MAC addresses, ports, sequence numbers) follows from it   [1]
  --profile NAME      the host before the script: ubuntu (forwards, rp_filter=2, Docker's bridge
                      filtering) or kernel (bare defaults)                                           [ubuntu]
  --host-log          with --engine kernel, as root: LOG rules log, and dmesg shows their lines; sets the host's
                      net.netfilter.nf_log_all_netns for the run, and puts it back
  --time-limit SPAN   simulated time after which a foreground command that does not end is
                      interrupted as by Ctrl-C: 30s, 5m, 1h                                          [60s]
                      with --engine kernel: wall time after which the whole run is interrupted       [10m]
  --events FILE       write every walk event, one JSON object a line ("-": standard output)
  --pcap DIR          write one capture a device, DIR/NAMESPACE-DEVICE.pcapng
  --port N            ui: the port on 127.0.0.1                                                      [any free one]
  --open              ui: open the page in the browser, too
  --walk              shell: under each command that you type, each packet's walk
  --verbose           walk: unfold every table, every rule asked, every ARP
  --color, --no-color colours (default: on a terminal)
  -h, --help          this text
  -v, --version       the version

Try: packetwalk walk examples/virtual-router/story.sh
`;

async function main(argv: readonly string[]): Promise<number> {
  const [verb, ...rest] = argv;
  if (verb === undefined || verb === "-h" || verb === "--help" || verb === "help") {
    print("stdout", HELP);
    return verb === undefined ? 2 : 0;
  }
  if (verb === "-v" || verb === "--version") {
    print("stdout", `packetwalk ${VERSION}\n`);
    return 0;
  }
  const load = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (!load) {
    const names = Object.keys(VERBS);
    const meant = nearest(verb, names);
    const hint = verb.startsWith("-")
      ? `"${verb}" stands before the verb; options come behind it: packetwalk VERB ${verb} …`
      : `there is no verb "${verb}"${meant === undefined ? "" : ` (is ${meant} meant?)`}. Verbs: ${names.join(", ")}.`;
    print("stderr", `packetwalk: ${hint} See packetwalk --help.\n`);
    return 2;
  }
  if (rest[0] === "-h" || rest[0] === "--help") {
    print("stdout", HELP);
    return 0;
  }
  return (await load()).main(rest);
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
