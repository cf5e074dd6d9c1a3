import { describe, expect, it } from "vitest";
import { text } from "../base/text.ts";
import { exec, fork, run, spawn, waitChild } from "./exec.ts";
import { SinkFile } from "./file.ts";
import { Machine } from "./machine.ts";
import { namedNamespace, nameNamespace, namespaceNames, unnameNamespace } from "./netns.ts";
import { makePipe, PIPE_CAPACITY } from "./pipe.ts";
import type { Process, Program } from "./process.ts";
import type { Command } from "./program.ts";
import { Interrupted } from "./signal.ts";
import { chdir, exists, mkdir, open, readdir, readlink, readText, symlink, writeText } from "./vfs.ts";

const machine = () => new Machine({ seed: 7, epoch: 1_700_000_000_000_000_000 });

/** Runs a program to its end; gives what it printed. */
function go(m: Machine, program: Program): { out: string; proc: Process } {
  let out = "";
  const sink = new SinkFile((data) => {
    out += text(data);
  });
  const proc = fork(m.init, program, { fds: [[1, sink]] });
  m.run({ until: () => proc.exit !== null });
  return { out, proc };
}

const command = (name: string, program: Program): Command => ({
  names: [name],
  directory: "/usr/bin",
  summary: "",
  run: program,
});

describe("processes", () => {
  it("sleeps without taking real time: the clock jumps", () => {
    const m = machine();
    const { proc } = go(m, function* (p) {
      yield* p.sleep(3600e9);
      return 3;
    });
    expect(proc.exit).toEqual({ status: 3 });
    expect(m.now).toBe(3600e9);
  });

  it("a full pipe makes its writer wait, and a writer without a reader dies of SIGPIPE", () => {
    const m = machine();
    const { reader, writer } = makePipe();
    const child = fork(
      m.init,
      function* (p) {
        for (;;) yield* p.write(1, "x".repeat(10_000));
      },
      { fds: [[1, writer]] },
    );
    reader.hold();
    m.run({ limit: 1e9 });
    expect(child.exit).toBeNull();
    expect(reader.buffer.length).toBe(PIPE_CAPACITY);
    reader.release();
    m.run({ limit: 2e9 });
    expect(child.exit).toEqual({ signal: "PIPE" });
  });

  it("spawn finds programs in PATH, exec replaces the program in its process", () => {
    const m = machine();
    m.programs.register(
      command("inner", function* (p) {
        yield* p.write(1, `${p.pid} ${p.argv.join(" ")}\n`);
        return 5;
      }),
      command("outer", (p) => exec(p, ["inner", "a"])),
    );
    const { out } = go(m, function* (p) {
      const child = spawn(p, ["outer"]);
      const pid = child.pid;
      const end = yield* waitChild(p, child);
      yield* p.write(1, `${pid} ${"status" in end && end.status}\n`);
      return 0;
    });
    const [inner, outer] = out.split("\n");
    expect(inner).toBe(`${outer.split(" ")[0]} inner a`);
    expect(outer.endsWith(" 5")).toBe(true);
    expect(() => spawn(m.init, ["nothing"])).toThrow("No such file or directory");
  });

  it("a script's first line names its interpreter", () => {
    const m = machine();
    m.programs.register(
      command("interp", function* (p) {
        yield* p.write(1, JSON.stringify(p.argv));
        return 0;
      }),
    );
    const { out } = go(m, function* (p) {
      writeText(p, "/tmp/s", "#!/usr/bin/interp -x y\n", { mode: 0o755 });
      yield* run(p, ["/tmp/s", "arg"]);
      return 0;
    });
    expect(out).toBe('["/usr/bin/interp","-x y","/tmp/s","arg"]');
  });

  it("signals: default, ignored, and handled with an interruption of the wait", () => {
    const m = machine();
    const waits: Program = function* (p) {
      yield* p.sleep(1e12);
      return 0;
    };
    const killed = fork(m.init, waits);
    const ignores = fork(m.init, waits);
    ignores.handle("TERM", "ignore");
    const handles = fork(m.init, function* (p) {
      p.handle("INT", () => "interrupt");
      try {
        yield* p.sleep(1e12);
      } catch (error) {
        return error instanceof Interrupted ? 9 : 1;
      }
      return 0;
    });
    m.run({ limit: 1e6 });
    killed.signal("TERM");
    ignores.signal("TERM");
    handles.signal("INT");
    m.run({ limit: 2e6 });
    expect(killed.exit).toEqual({ signal: "TERM" });
    expect(ignores.exit).toBeNull();
    expect(handles.exit).toEqual({ status: 9 });
  });

  it("a stopped process goes on with CONT", () => {
    const m = machine();
    const proc = fork(m.init, function* (p) {
      yield* p.sleep(1e9);
      return 0;
    });
    m.run({ limit: 1e6 });
    proc.signal("STOP");
    m.run({ limit: 5e9 });
    expect(proc.exit).toBeNull();
    proc.signal("CONT");
    m.run({ limit: 6e9 });
    expect(proc.exit).toEqual({ status: 0 });
  });
});

describe("files", () => {
  it("makes, links, lists, and follows", () => {
    const { out } = go(machine(), function* (p) {
      mkdir(p, "/tmp/d");
      writeText(p, "/tmp/d/f", "one\n");
      writeText(p, "/tmp/d/f", "two\n", { append: true });
      symlink(p, "d/f", "/tmp/l");
      chdir(p, "/tmp/d");
      yield* p.write(1, `${readText(p, "../l")}${readlink(p, "/tmp/l")} ${p.cwd} ${readdir(p, ".")}`);
      return 0;
    });
    expect(out).toBe("one\ntwo\nd/f /tmp/d f");
  });

  it("/proc shows processes and the namespace's sysctls; writes meet the kernel's errors", () => {
    const m = machine();
    go(m, function* (p) {
      yield* p.sleep(1);
      expect(readText(p, "/proc/self/status")).toContain(`Pid:\t${p.pid}\n`);
      writeText(p, "/proc/sys/net/ipv4/ip_forward", "0\n");
      expect(readText(p, "/proc/sys/net/ipv4/ip_forward")).toBe("0\n");
      expect(() => writeText(p, "/proc/sys/net/ipv4/ip_forward", "x\n")).toThrow("Invalid argument");
      expect(() => writeText(p, "/proc/sys/net/nope", "1\n")).toThrow("No such file or directory");
      expect(() => writeText(p, "/sys/nope", "1\n")).toThrow("Permission denied");
      expect(readText(p, "/sys/class/net/lo/address")).toBe("00:00:00:00:00:00\n");
      return 0;
    });
  });

  it("a host's folder is copied when it is written, and never changed", () => {
    const files = new Map([["lab.sh", "echo hi\n"]]);
    const m = new Machine({
      seed: 1,
      epoch: 0,
      folders: [
        {
          path: "/home/me/lab",
          list: (path) => (path === "" ? [...files.keys()] : []),
          stat: (path) => {
            if (path === "") return { type: "directory", size: 0, mode: 0o755, mtime: 0 };
            const content = files.get(path);
            return content === undefined
              ? undefined
              : { type: "file", size: content.length, mode: 0o644, mtime: 0 };
          },
          read: (path) => new TextEncoder().encode(files.get(path)),
        },
      ],
    });
    go(m, function* (p) {
      yield* p.sleep(1);
      expect(readText(p, "/home/me/lab/lab.sh")).toBe("echo hi\n");
      writeText(p, "/home/me/lab/lab.sh", "more\n", { append: true });
      writeText(p, "/home/me/lab/new", "x");
      expect(readText(p, "/home/me/lab/lab.sh")).toBe("echo hi\nmore\n");
      expect(exists(p, "/home/me/lab/new")).toBe(true);
      return 0;
    });
    expect([...files]).toEqual([["lab.sh", "echo hi\n"]]);
  });

  it("what is written to /dev/kmsg is in the kernel log", () => {
    const m = machine();
    go(m, function* (p) {
      yield* p.sleep(5e9);
      const file = open(p, "/dev/kmsg", { write: true });
      file.write(new TextEncoder().encode("<4>hello\n"));
      return 0;
    });
    expect(m.log.records()).toMatchObject([{ level: 4, facility: 1, text: "hello", time: 5e9 }]);
  });
});

describe("network namespaces", () => {
  it("names are files of /run/netns; the last holder ends the namespace", () => {
    const m = machine();
    const a = m.createNamespace("a");
    nameNamespace(m.init, "a", a);
    nameNamespace(m.init, "b", m.createNamespace("b"));
    // As readdir of a tmpfs gives them: the newest first.
    expect(namespaceNames(m.init)).toEqual(["b", "a"]);
    expect(namedNamespace(m.init, "a")).toBe(a);
    expect(() => nameNamespace(m.init, "a", a)).toThrow("File exists");
    unnameNamespace(m.init, "a");
    expect([...m.allNamespaces()].map((n) => n.name)).toEqual(["host", "b"]);
  });
});
