import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { LabRun } from "./support/lab.ts";
import { runLab } from "./support/lab.ts";
import { told } from "./support/told.ts";

// What README says, held to what the program does.
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const { engines, scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** The indented lines of a section. */
function commands(section: string): string[] {
  const text = README.split(/^## /m).find((part) => part.startsWith(section)) ?? "";
  return text
    .split("\n")
    .filter((line) => line.startsWith("    "))
    .map((line) => line.trim());
}

const help = spawnSync(process.execPath, ["bin/packetwalk.js", "--help"], {
  cwd: ROOT,
  encoding: "utf8",
}).stdout;

describe("README", () => {
  test("every file that it points to is there", () => {
    const links = [...README.matchAll(/\]\(([^)#]+)\)/g)].map((m) => m[1]).filter((l) => !/^https?:/.test(l));
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(existsSync(join(ROOT, link)), link).toBe(true);
  });

  test("the commands of npm that it names are there, and Node's version is package.json's", () => {
    for (const [, name] of README.matchAll(/\bnpm run (\w+)/g)) expect(scripts).toHaveProperty(name);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "test"]));
    expect(`>=${/Node (\d+\.\d+) or newer/.exec(README)?.[1]}`).toBe(engines.node);
  });

  test("the verbs and options that it names are in --help", () => {
    for (const [, verb] of README.matchAll(/\bnpx packetwalk ([a-z]+)/g))
      expect(help).toContain(`packetwalk ${verb}`);
    for (const [, option] of README.matchAll(
      /(?<![\w-])(--(?:seed|profile|verbose|events|pcap|walk|engine)\b)/g,
    ))
      expect(help).toContain(option);
  });

  test("--events and --pcap, as it shows them", () => {
    const line = commands("Use").find((l) => l.includes("--pcap")) ?? "";
    const folder = mkdtempSync(join(tmpdir(), "packetwalk-readme-"));
    const words = line.replace(/#.*/, "").trim().split(/\s+/).slice(2);
    const args = words.map((w) => (w === "FILE" ? join(ROOT, "examples/virtual-router/story.sh") : w));
    const { status } = spawnSync(process.execPath, [join(ROOT, "bin/packetwalk.js"), ...args], {
      cwd: folder,
    });
    expect(status).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(["captures", "walk.jsonl"]);
    rmSync(folder, { recursive: true });
  });
});

describe("the ten lines", () => {
  const lines = commands("The virtual router");
  const typed = lines.map((line) => line.replace(/\s+# .*$/, ""));
  const ping = typed[0];
  let run: LabRun;
  let parts: string[];

  beforeAll(() => {
    // As the reader does: each line, and after each change the ping again.
    const script = typed.map(
      (line) => `${line}\necho "──"${line.includes(" curl ") ? "" : `; ${ping} -W 1`}`,
    );
    run = runLab(`source ./setup.sh\n${script.join("\n")}\nkill %1\n`, {
      walk: true,
      folder: join(ROOT, "examples/virtual-router"),
    });
    parts = run.stdout.split("──\n");
  });

  test("are ten", () => expect(lines).toHaveLength(10));

  test("do what stands beside them", () => {
    const answered = parts.slice(1).map((part) => / 1 received/.test(part));
    //                        ping   route  SNAT  policy veth1  established … the web server changes nothing
    expect(answered.slice(0, 9)).toEqual([false, false, true, false, false, true, true, true, true]);
    expect(run.stderr).toContain("ping: connect: Network is unreachable");
    expect(parts[9]).toContain("Hello!");
    const deaths = run.events.filter((e) => e.kind === "drop").map((e) => `${e.ns} ${e.reason}`);
    expect(deaths).toEqual(["boxB IP_RPFILTER", "router NETFILTER_DROP", "router NETFILTER_DROP"]);
  });

  test("the picture is what the program prints", () => {
    const picture = /```text\n([\s\S]*?)```/.exec(README)?.[1] ?? "none";
    const [, route, snat, policy, fromA] = typed;
    const script = ["source ./setup.sh", ping, route, ping, snat, ping, policy, fromA, ping].join("\n");
    const { stdout } = told(script, join(ROOT, "examples/virtual-router"));
    // Echo identifiers are chance's: any change of what draws from it before the ping changes them.
    const known = (text: string) => text.replace(/\bid \d+/g, "id N");
    expect(known(stdout)).toContain(known(picture));
  });
});
