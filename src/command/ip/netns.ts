import { KernelError } from "../../base/errno.ts";
import { exec } from "../../machine/exec.ts";
import { NamespaceFile } from "../../machine/inode.ts";
import {
  NETNS_RUN_DIR,
  namedNamespace,
  nameNamespace,
  namespaceNames,
  unnameNamespace,
} from "../../machine/netns.ts";
import { missingProgram, NOT_SIMULATED } from "../../machine/not-simulated.ts";
import { Exit, type Process, type Running } from "../../machine/process.ts";
import { lookup, readdir, tryLookup } from "../../machine/vfs.ts";
import { type Arguments, matches } from "./arguments.ts";
import type { Context } from "./context.ts";
import { HELP } from "./help.ts";
import { parseInteger } from "./inet.ts";
import { setNsid } from "./netns-id.ts";

/** `ip netns …`. Only `exec` waits for anything. */
export function* netns(ctx: Context, args: Arguments): Running {
  if (!args.more) return listNamespaces(ctx);
  const name = args.words[args.at + 1];
  if (!ctx.settings.all && name !== undefined && invalidName(name)) {
    ctx.die(`Invalid netns name "${name}"\n`);
  }
  const word = args.word;
  args.at++;
  if (matches(word, "list") || matches(word, "show") || matches(word, "lst")) return listNamespaces(ctx);
  if (matches(word, "list-id")) return listIds(ctx, args);
  if (matches(word, "help")) ctx.die(HELP.netns);
  if (matches(word, "add")) return add(ctx, args);
  if (matches(word, "set")) return set(ctx, args);
  if (matches(word, "delete")) return remove(ctx, args);
  if (matches(word, "identify")) return identify(ctx, args);
  if (matches(word, "pids")) return pids(ctx, args);
  if (matches(word, "exec")) return yield* execute(ctx, args);
  if (matches(word, "monitor")) {
    ctx.err("ip netns monitor: not modelled in this simulation.\n");
    return 1;
  }
  if (matches(word, "attach")) return attach(ctx, args);
  ctx.die(`Command "${word}" is unknown, try "ip netns help".\n`);
}

function invalidName(name: string): boolean {
  return name === "" || name.length > 255 || name.includes("/") || name === "." || name === "..";
}

function listNamespaces(ctx: Context): number {
  const p = ctx.print;
  if (!tryLookup(ctx.proc, NETNS_RUN_DIR)) return 0;
  p.begin();
  for (const name of namespaceNames(ctx.proc)) {
    p.openObject(null);
    p.field("name", "", name, "");
    const net = namedNamespace(ctx.proc, name);
    const id = net ? ctx.net.ids.of(net, false) : -1;
    if (id >= 0) p.field("id", " (id: ", id, ")");
    p.plain("\n");
    p.closeObject();
  }
  p.end();
  return 0;
}

function listIds(ctx: Context, args: Arguments): number {
  let wanted: number | undefined;
  for (; args.more; args.at++) {
    if (args.word === "target-nsid") {
      ctx.err('ip netns list-id: "target-nsid" is not modelled in this simulation.\n');
      return 1;
    }
    if (args.word !== "nsid") ctx.die(HELP.netns);
    const value = args.next();
    wanted = parseInteger(value);
    if (wanted === undefined) args.wrong('"nsid" value is invalid', value);
  }
  const known: [number, string | undefined][] = [];
  const seen = new Set<number>();
  for (const name of namespaceNames(ctx.proc)) {
    const net = namedNamespace(ctx.proc, name);
    const id = net ? ctx.net.ids.of(net, false) : -1;
    if (id >= 0 && !seen.has(id)) known.push([id, name]);
    seen.add(id);
  }
  for (const net of ctx.proc.machine.allNamespaces()) {
    const id = ctx.net.ids.of(net, false);
    if (id >= 0 && !seen.has(id)) known.push([id, undefined]);
    seen.add(id);
  }
  known.sort((a, b) => a[0] - b[0]);
  const shown = wanted === undefined ? known : known.filter(([id]) => id === wanted);
  if (wanted !== undefined && shown.length === 0) shown.push([-1, undefined]);
  const p = ctx.print;
  p.begin();
  for (const [id, name] of shown) {
    p.openObject(null);
    if (id < 0) p.plain("nsid unassigned ");
    else p.field("nsid", "nsid ", id, " ");
    if (name !== undefined)
      p.field("name", "(iproute2 netns name: ", p.json ? `(iproute2 netns name: ${name})` : name, ")");
    p.plain("\n");
    p.closeObject();
  }
  p.end();
  return 0;
}

function add(ctx: Context, args: Arguments): number {
  if (!args.more) {
    ctx.err("No netns name specified\n");
    return 1;
  }
  const name = args.word;
  const { machine } = ctx.proc;
  if (nameTaken(ctx, name)) return 1;
  const net = machine.createNamespace(name);
  nameNamespace(ctx.proc, name, net);
  return 0;
}

function nameTaken(ctx: Context, name: string): boolean {
  const path = `${NETNS_RUN_DIR}/${name}`;
  if (!tryLookup(ctx.proc, path, false)) return false;
  ctx.err(`Cannot create namespace file "${path}": File exists\n`);
  return true;
}

function attach(ctx: Context, args: Arguments): number {
  if (args.left < 2) {
    ctx.err("No netns name and PID specified\n");
    return 1;
  }
  const name = args.word;
  const text = args.words[args.at + 1];
  const pid = parseInteger(text);
  if (!pid) {
    ctx.err(`Invalid PID: ${text}\n`);
    return 1;
  }
  if (nameTaken(ctx, name)) return 1;
  const proc = ctx.proc.machine.processes.get(pid);
  if (!proc) {
    ctx.err(`Bind /proc/${pid}/ns/net -> ${NETNS_RUN_DIR}/${name} failed: No such file or directory\n`);
    return 1;
  }
  nameNamespace(ctx.proc, name, proc.net);
  return 0;
}

function set(ctx: Context, args: Arguments): number {
  if (!args.more) {
    ctx.err("No netns name specified\n");
    return 1;
  }
  const name = args.word;
  const text = args.words[args.at + 1];
  if (text === undefined) {
    ctx.err("No nsid specified\n");
    return 1;
  }
  const nsid = text === "auto" ? -1 : parseInteger(text);
  if (nsid === undefined) args.wrong('Invalid "netnsid" value', text);
  if (nsid < 0 && text !== "auto") args.wrong('"netnsid" value should be >= 0', text);
  const net = namedNamespace(ctx.proc, name);
  if (!net) return cannotOpen(ctx, name);
  return ctx.talk(() => {
    if (ctx.net.ids.of(net, false) >= 0)
      throw new KernelError("EEXIST", "Peer netns already has a nsid assigned");
    setNsid(ctx.net, net, nsid);
  });
}

function remove(ctx: Context, args: Arguments): number {
  if (!args.more && !ctx.settings.all) {
    ctx.err("No netns name specified\n");
    return 1;
  }
  if (!ctx.settings.all) return removeOne(ctx, args.word);
  for (const name of namespaceNames(ctx.proc)) if (removeOne(ctx, name) !== 0) break;
  return 0;
}

function removeOne(ctx: Context, name: string): number {
  try {
    unnameNamespace(ctx.proc, name);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    ctx.err(`Cannot remove namespace file "${NETNS_RUN_DIR}/${name}": ${error.message}\n`);
    return 1;
  }
  return 0;
}

function pids(ctx: Context, args: Arguments): number {
  if (!args.more) {
    ctx.err("No netns name specified\n");
    return 1;
  }
  if (args.left > 1) {
    ctx.err("extra arguments specified\n");
    return 1;
  }
  const net = namedNamespace(ctx.proc, args.word);
  if (!net) {
    ctx.err("Cannot open network namespace: No such file or directory\n");
    return 1;
  }
  const found = [...ctx.proc.machine.processes.values()].filter((proc) => proc.net === net && !proc.exit);
  ctx.proc.out(found.map((proc) => `${proc.pid}\n`).join(""));
  return 0;
}

function identify(ctx: Context, args: Arguments): number {
  if (args.left > 1) {
    ctx.err("extra arguments specified\n");
    return 1;
  }
  let proc: Process | undefined = ctx.proc;
  if (args.more) {
    if (!/^\d*$/.test(args.word)) {
      ctx.err(`Specified string '${args.word}' is not a pid\n`);
      return 1;
    }
    proc = ctx.proc.machine.processes.get(Number(args.word));
    if (!proc || proc.exit) {
      ctx.err("Cannot open network namespace: No such file or directory\n");
      return 1;
    }
  }
  let name = "";
  for (const candidate of namespaceNames(ctx.proc)) {
    if (namedNamespace(ctx.proc, candidate) === proc.net) name = candidate;
  }
  ctx.proc.out(`${name}\n`);
  return 0;
}

function cannotOpen(ctx: Context, name: string): 1 {
  ctx.err(`Cannot open network namespace "${name}": No such file or directory\n`);
  return 1;
}

/**
 * netns_switch: the process goes into a named namespace, with a mount namespace of its own in which /sys shows
 * the new one and the files of /etc/netns/NAME stand over those of /etc.
 */
export function enterNamespace(ctx: Context, name: string): number {
  const { proc } = ctx;
  const path = name.includes("/") ? name : `${NETNS_RUN_DIR}/${name}`;
  const inode = tryLookup(proc, path);
  if (!inode) return cannotOpen(ctx, name);
  if (!(inode instanceof NamespaceFile)) {
    ctx.err(`setting the network namespace "${name}" failed: Invalid argument\n`);
    return 1;
  }
  proc.enter(inode.net);
  const folder = `/etc/netns/${name}`;
  // Mostly there is no /etc/netns at all; asking for it first is the cheap question.
  if (tryLookup(proc, "/etc/netns") && tryLookup(proc, folder)) {
    proc.mounts = proc.mounts.clone(proc.machine.nextMountsId());
    for (const file of readdir(proc, folder)) {
      const target = `/etc/${file}`;
      if (tryLookup(proc, target)) proc.mounts.bind(target, lookup(proc, `${folder}/${file}`));
      else ctx.err(`Bind ${folder}/${file} -> ${target} failed: No such file or directory\n`);
    }
  }
  return 0;
}

function* execute(ctx: Context, args: Arguments): Running {
  const { all } = ctx.settings;
  if (!args.more && !all) {
    ctx.err("No netns name specified\n");
    return 1;
  }
  if (args.left < (all ? 1 : 2)) {
    ctx.err("No command specified\n");
    return 1;
  }
  if (all) {
    const argv = args.words.slice(args.at);
    for (const name of namespaceNames(ctx.proc)) {
      ctx.proc.out(`\nnetns: ${name}\n`);
      yield* runIn(ctx, name, argv);
    }
    return 0;
  }
  const argv = args.words.slice(args.at + 1);
  if (ctx.inBatch) return yield* runIn(ctx, args.word, argv);
  if (enterNamespace(ctx, args.word) !== 0) return 255;
  return yield* become(ctx.proc, argv);
}

/** execvp, with iproute2's words when it cannot. */
function* become(proc: Process, argv: readonly string[]): Running {
  try {
    return yield* exec(proc, argv);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    if (NOT_SIMULATED.has(argv[0])) proc.err(`${argv[0]}: ${missingProgram(argv[0])}\n`);
    else proc.err(`exec of "${argv[0]}" failed: ${error.message}\n`);
    return 1;
  }
}

/** cmd_exec with a fork: `-all` and -batch. */
function* runIn(ctx: Context, name: string, argv: readonly string[]): Running {
  const child = ctx.proc.machine.fork(ctx.proc, function* (proc) {
    const inner = ctx.in(proc);
    if (enterNamespace(inner, name) !== 0) return 255;
    return yield* become(proc, argv);
  });
  while (child.exit === null) yield { queues: [child.exited] };
  ctx.proc.machine.reap(child);
  if (!("status" in child.exit)) throw new Exit(1);
  return child.exit.status;
}
