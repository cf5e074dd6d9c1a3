import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Random } from "../../src/base/random.ts";
import {
  commandOf,
  descendants,
  eventually,
  HAS_KERNEL,
  hostState,
  isThere,
  Person,
  Scripts,
  start,
} from "./support.ts";

// MOMENTS=100 SEED=7 takes more moments than the few that every run of the tests takes.
const MOMENTS = Number(process.env.MOMENTS ?? 12);
const SEED = Number(process.env.SEED ?? Date.now() % 100_000);

const scripts = new Scripts();
afterAll(() => scripts.remove());

const LAB = `ip netns add a; ip netns add b
ip link add v0 netns a type veth peer name v1 netns b
ip -n a addr add 10.0.0.1/24 dev v0; ip -n b addr add 10.0.0.2/24 dev v1
ip -n a link set v0 up; ip -n b link set v1 up
ip netns exec b iptables -A INPUT -p tcp -j DROP
ip netns exec a ping -c 2 -i 0.2 10.0.0.2 > /dev/null
`;

/** A page that opens the lab and a terminal, as soon as the address is there. */
function page(child: ChildProcess): void {
  child.stdout?.once("data", (bytes: Buffer) => {
    const address = /http:\/\/\S+?\/\w+\//.exec(String(bytes))?.[0];
    if (address === undefined) return;
    const url = new URL(address);
    const socket = new WebSocket(`ws://${url.host}${url.pathname}engine`, { origin: url.origin });
    socket.on("error", () => {});
    socket.on("open", () => {
      const say = (request: object) => socket.send(JSON.stringify(request));
      say({ type: "open", seed: 1, profile: "ubuntu", files: { "lab.sh": LAB } });
      say({ type: "start", job: 1, argv: ["bash", "lab.sh"] });
      say({ type: "start", job: 2, argv: ["bash", "-i"], terminal: { columns: 80, rows: 24 } });
    });
  });
}

describe.runIf(HAS_KERNEL)(`kill -9, seed ${SEED}`, () => {
  let before: Record<string, string>;
  const random = new Random(SEED);
  beforeAll(() => {
    before = hostState();
  }, 60_000);

  const path = () => scripts.write("lab.sh", LAB);
  /** Verb → its process, the longest moment in ms. */
  const verbs: Record<string, { begin: () => ChildProcess; longest: number }> = {
    run: { begin: () => start(["run", "--engine", "kernel", path()]), longest: 4000 },
    walk: { begin: () => start(["walk", "--engine", "kernel", path()]), longest: 9000 },
    shell: { begin: () => new Person([], "--walk", path()).child, longest: 9000 },
    ui: {
      begin: () => {
        const child = start(["ui", "--engine", "kernel"]);
        page(child);
        return child;
      },
      longest: 7000,
    },
  };

  test.each(Object.keys(verbs))(
    "of %s at any moment leaves nothing",
    async (verb) => {
      const { begin, longest } = verbs[verb];
      for (let i = 0; i < MOMENTS / 4; i++) {
        const moment = random.below(longest);
        const child = begin();
        const root = child.pid as number;
        const family = new Set<number>([root]);
        const look = () => {
          for (const pid of descendants(root)) family.add(pid);
        };
        const watch = setInterval(look, 10);
        await new Promise((resolve) => setTimeout(resolve, moment));
        look();
        clearInterval(watch);
        // On a terminal it is not the child itself.
        const own = [...family].filter((pid) => / \S*node \S*packetwalk\.js/.test(commandOf(pid)));
        for (const pid of own) process.kill(pid, "SIGKILL");
        if (verb !== "shell") child.kill("SIGKILL");
        const gone = await eventually(() => ![...family].some(isThere), 20_000);
        expect(gone, `at ${moment} ms: ${[...family].filter(isThere).map(commandOf)}`).toBe(true);
      }
      // Trace instances of the dead are taken away by whoever held them, a moment later.
      expect(await eventually(() => hostState().tracing === before.tracing, 5000)).toBe(true);
      expect(hostState()).toEqual(before);
    },
    60_000 + MOMENTS * 10_000,
  );
});
