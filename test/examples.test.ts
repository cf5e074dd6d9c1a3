import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { buildLab, readLabFile } from "../src/cli/lab-file.ts";
import { mainJob } from "../src/cli/main-job.ts";
import type { Engine } from "../src/engine/engine.ts";
import { KernelEngine } from "../src/engine/kernel/engine.ts";
import { SimulatedEngine } from "../src/engine/simulated/engine.ts";
import { diskFolder } from "../src/lab/disk-folder.ts";
import { wholeScript } from "../src/lab/file/script.ts";
import { normalise } from "./conformance/normalise.ts";
import { kernel, kernelAtHand } from "./conformance/run.ts";
import { HAS_KERNEL } from "./kernel-engine/support.ts";
import { runFile, runLab } from "./support/lab.ts";
import { told } from "./support/told.ts";

const EXAMPLES = fileURLToPath(new URL("../examples", import.meta.url));
const example = (path: string) => `${EXAMPLES}/${path}`;

/** Output without what a web server logs of its life. */
const plain = (text: string) =>
  normalise(text)
    .split("\n")
    .filter((line) => !/^Serving HTTP|^Terminated/.test(line))
    .map((line) => line.replace(/after \d+ ms/, "after N ms"))
    .join("\n");

/** Parts of an output, by the headline that the script prints before each. */
function parts(text: string): Map<string, string> {
  return new Map(text.split(/^── /m).map((part) => [part.split("\n")[0].split(/[:,.]/)[0], part]));
}

describe("examples/bridge-switch", () => {
  const run = runFile(example("bridge-switch/switch.sh"));
  const part = parts(run.stdout);
  const learned = (text: string | undefined) =>
    [...(text ?? "").matchAll(/ dev (port\d) /g)].map((m) => m[1]);

  test("it learns ann and bob, and not eve", () => {
    expect(run.stderr).toBe("");
    expect(learned(part.get("The switch has learned nobody yet"))).toEqual([]);
    expect(learned(part.get("Now the switch knows behind which ports ann and bob are"))).toEqual([
      "port1",
      "port2",
    ]);
  });

  test("isolated ports talk to bob, not to each other", () => {
    const isolated = part.get("Two that may not talk to each other") ?? "";
    expect([...isolated.matchAll(/(\d) received/g)].map((m) => m[1])).toEqual(["1", "0"]);
  });

  test("the walk shows the flood and who looks away", () => {
    const { stdout } = told("source ./switch.sh", example("bridge-switch"));
    expect(stdout).toContain("br0 forward to port2");
    expect(stdout).toContain("br0 flood to port1, port3");
    expect(stdout).toContain("· eve looks away: the frame is for another's MAC (OTHERHOST)");
    expect(stdout.replace(/\n {12}/g, " ")).toContain(
      "ann has it on eth0, but the request never came there. br0 in switch sent it out of port2 only.",
    );
  });
});

describe("examples/nat-gateway", () => {
  const run = runFile(example("nat-gateway/gateway.sh"), { walk: true });
  const part = parts(run.stdout);

  test("home reaches the internet; the internet reaches the server's port alone", () => {
    expect(run.status).toBe(0);
    const out = part.get("The laptop looks outside") ?? "";
    expect(out).toContain("64 bytes from 198.51.100.7: icmp_seq=1 ttl=63");
    expect(out).toMatch(
      /^icmp .* src=192\.168\.1\.10 dst=198\.51\.100\.7 .* src=198\.51\.100\.7 dst=203\.0\.113\.2 /m,
    );
    expect(part.get("The internet looks inside")).toContain("0 received, 100% packet loss");
    expect(part.get("But port 80 of the gateway is the server's port 8080")).toContain("Hello from home!");
    expect(run.events.filter((e) => e.kind === "drop" && e.reason === "NETFILTER_DROP")).toHaveLength(1);
  });
});

describe("examples/broken-lab", () => {
  test("is broken, and mended.sh mends it", () => {
    expect(runFile(example("broken-lab/broken.sh")).status).toBe(7);
    const { status, stdout } = runFile(example("broken-lab/mended.sh"));
    expect({ status, page: stdout.trimEnd().split("\n").at(-1) }).toEqual({
      status: 0,
      page: "<html><body>You found them all.</body></html>",
    });
  });

  test("whoever follows the first cure of each walk comes to the closed port", () => {
    const attempt = "ip netns exec client curl -s -m 2 http://10.20.0.10/";
    let script = "source ./broken.sh >/dev/null 2>&1";
    const cures: string[] = [];
    for (let i = 0; i < 6; i++) {
      const { stdout } = told(`${script}\n${attempt}\n`, example("broken-lab"));
      const last = stdout.slice(stdout.lastIndexOf(`$ ${attempt}`));
      const cure = /^ {6}cure {2}(.*)$/m.exec(last)?.[1];
      if (cure === undefined) {
        expect(last.replace(/\n {12}/g, " ")).toContain(
          "Nothing in web listens on tcp port 80 at 10.20.0.10",
        );
        break;
      }
      cures.push(cure);
      script += `\n${cure}`;
    }
    expect(cures).toEqual([
      "ip netns exec client ip route add default via 10.10.0.1",
      "ip netns exec router sysctl -w net.ipv4.ip_forward=1",
      "ip netns exec router iptables -A FORWARD -i to-client -p tcp --dport 80 -j ACCEPT",
      "ip netns exec web ip route add 10.10.0.0/24 via 10.20.0.1",
    ]);
  });
});

/** What a lab file's own commands print when its lab is built. */
async function runLabFile(engine: Engine, path: string) {
  const lab = readLabFile(path);
  const run = { stdout: "", stderr: "", failure: await buildLab(engine, lab), status: -1 };
  const job = mainJob({ file: path, args: [] }, lab);
  if (!job) throw new Error(`${path} runs nothing`);
  const started = engine.start({
    ...job,
    output: (bytes, stream) => {
      run[stream] += Buffer.from(bytes).toString();
    },
  });
  run.status = (await started.done).status;
  await engine.close();
  return run;
}

describe("examples/branch-office", async () => {
  const path = example("branch-office/lab.yaml");
  const folder = dirname(path);
  const ours = await runLabFile(new SimulatedEngine({ folders: [diskFolder(folder)] }), path);
  const part = parts(ours.stdout);

  test("bob may ping, ann may read", () => {
    expect(ours.failure).toBeUndefined();
    expect(part.get("bob pings the web server")).toContain("64 bytes from 10.2.0.10: icmp_seq=1 ttl=62");
    expect(part.get("ann reads its page")).toContain("The branch office");
    expect(part.get("bob may not")?.trim()).toBe("bob may not");
    expect(ours.stderr).toContain("curl: (7) Failed to connect to 10.2.0.10 port 80");
    expect(part.get("What the branch counted for its last rule")).toMatch(/^ +1 +60 REJECT /m);
  });

  test.runIf(HAS_KERNEL)(
    "the kernel prints the same",
    async () => {
      const real = await runLabFile(await KernelEngine.open({ folders: [folder] }), path);
      expect(real.failure).toBeUndefined();
      expect(plain(ours.stdout)).toBe(plain(real.stdout));
      expect(plain(ours.stderr)).toBe(plain(real.stderr));
    },
    120_000,
  );

  test("the script that it compiles to is the same lab", () => {
    const script = wholeScript(readLabFile(path).plan, "lab.yaml");
    const { stdout, status } = runLab(script, { folder });
    expect({ stdout: plain(stdout), status }).toEqual({ stdout: plain(ours.stdout), status: 0 });
  });
});

// The sandbox has a /tmp of its own.
describe.runIf(kernelAtHand() && !EXAMPLES.startsWith("/tmp/"))("the kernel prints the same", () => {
  test.each(["bridge-switch/switch.sh", "nat-gateway/gateway.sh", "broken-lab/mended.sh"])(
    "%s",
    async (path) => {
      const script = `source ${example(path)}`;
      const real = await kernel(script, "ubuntu");
      const ours = runLab(script, { folder: EXAMPLES });
      expect(plain(ours.stdout)).toBe(plain(real.stdout));
      expect(ours.status).toBe(real.status);
    },
  );
});
