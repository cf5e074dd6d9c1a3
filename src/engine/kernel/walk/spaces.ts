import type { WalkStep } from "../../../walk/event.ts";
import type { CapturedFrame } from "../../engine.ts";
import type { Sandbox } from "../sandbox.ts";
import type { Agent } from "./agent.ts";
import { EMPTY, type Snapshot, WatchedNamespace } from "./namespace.ts";

/** More frames than this between two tellings are a flood: it is not told. */
const FLOOD = 4000;

/** The namespaces of the lab under watch: finds those that come and go, and tells what changes in them. */
export class Spaces {
  private readonly sandbox: Sandbox;
  private readonly agent: Agent;
  private readonly emit: (ns: string, step: WalkStep) => void;
  private readonly onFrame: ((frame: CapturedFrame) => void) | undefined;
  private readonly byName = new Map<string, WatchedNamespace>();

  constructor(
    sandbox: Sandbox,
    agent: Agent,
    emit: (ns: string, step: WalkStep) => void,
    onFrame: ((frame: CapturedFrame) => void) | undefined,
  ) {
    this.sandbox = sandbox;
    this.agent = agent;
    this.emit = emit;
    this.onFrame = onFrame;
  }

  get all(): WatchedNamespace[] {
    return [...this.byName.values()];
  }

  /** When something was last heard from one of them. */
  get heard(): number {
    return Math.max(0, ...this.all.map((ns) => ns.heard));
  }

  /** What comes faster than it can be told is let go of as a whole, and counted: a part would tell of packets that vanish. */
  forgetFlood(): number {
    const frames = this.all.reduce((sum, ns) => sum + ns.frames.length + ns.missed, 0);
    if (frames <= FLOOD) return 0;
    for (const ns of this.all) ns.forget();
    return frames;
  }

  /** Finds namespaces that came and went. */
  async find(): Promise<void> {
    const listing = await this.agent.ask("cd /run/netns && echo *");
    const names = new Set([
      "host",
      ...listing
        .trim()
        .split(" ")
        .filter((name) => name !== "*" && name !== ""),
    ]);
    for (const [name, ns] of this.byName) {
      if (names.has(name)) continue;
      ns.close();
      this.byName.delete(name);
      this.emit("host", { kind: "netns", op: "delete", name });
    }
    const fresh = [...names].filter((name) => !this.byName.has(name));
    await Promise.all(
      fresh.map(async (name) => {
        const ns = new WatchedNamespace(name, this.agent, this.onFrame);
        this.byName.set(name, ns);
        await ns.watch(this.sandbox);
        await ns.look();
        if (name !== "host") {
          const forward = Number(ns.snapshot.sysctls.get("net.ipv4.ip_forward") ?? 0);
          this.emit("host", { kind: "netns", op: "add", name, forward });
        }
        this.tellChanges(name, EMPTY, ns.snapshot);
      }),
    );
  }

  /** What came and went, and what changed in what stayed. */
  async lookAround(): Promise<void> {
    await this.find();
    await Promise.all(
      this.all.map(async (ns) => {
        const before = ns.snapshot;
        await ns.look();
        this.tellChanges(ns.name, before, ns.snapshot);
      }),
    );
  }

  private tellChanges(ns: string, before: Snapshot, now: Snapshot): void {
    const split = (entry: string) => ({ dev: entry.split(" ")[0], address: entry.split(" ")[1] });
    for (const [dev, up] of now.up) {
      if (before.up.get(dev) !== up) this.emit(ns, { kind: "link", dev, op: up ? "up" : "down" });
    }
    for (const dev of before.up.keys())
      if (!now.up.has(dev)) this.emit(ns, { kind: "link", dev, op: "deleted" });
    for (const entry of before.addresses)
      if (!now.addresses.has(entry)) this.emit(ns, { kind: "address", op: "delete", ...split(entry) });
    for (const entry of now.addresses)
      if (!before.addresses.has(entry)) this.emit(ns, { kind: "address", op: "add", ...split(entry) });
    for (const [key, value] of now.sysctls) {
      const old = before.sysctls.get(key);
      if (old !== undefined && old !== value) this.emit(ns, { kind: "sysctl", key, value, old });
    }
  }

  close(): void {
    for (const ns of this.all) ns.close();
  }
}
