import { KernelError } from "../../base/errno.ts";
import { text } from "../../base/text.ts";
import type { Process, Running } from "../../machine/process.ts";
import type { Command } from "../../machine/program.ts";
import { chmod, mkdir, open, symlink, tryLookup, unlink } from "../../machine/vfs.ts";

const program = (name: string, run: Command["run"]): Command => ({
  names: [name],
  directory: "/usr/bin",
  summary: `${name} for the shell's tests`,
  run,
});

function* slurp(p: Process): Running<string> {
  let s = "";
  for (;;) {
    const data = yield* p.read(0);
    if (data.length === 0) return s;
    s += text(data);
  }
}

/** As much of a few programs as the shell's tests need; the real ones are in command/, above this room. */
export const PROGRAMS: readonly Command[] = [
  program("cat", function* (p) {
    let status = 0;
    const files = p.argv.slice(1);
    for (const name of files.length > 0 ? files : ["-"]) {
      try {
        const fd = name === "-" ? 0 : p.addFd(open(p, name));
        for (;;) {
          const data = yield* p.read(fd);
          if (data.length === 0) break;
          yield* p.write(1, data);
        }
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        p.err(`cat: ${name}: ${error.message}\n`);
        status = 1;
      }
    }
    return status;
  }),
  program("sleep", function* (p) {
    yield* p.sleep(Number(p.argv[1]) * 1e9);
    return 0;
  }),
  program("ls", function* (p) {
    const found = tryLookup(p, p.argv[1]) !== undefined;
    if (found) yield* p.write(1, `${p.argv[1]}\n`);
    else p.err(`ls: cannot access '${p.argv[1]}': No such file or directory\n`);
    return found ? 0 : 2;
  }),
  program("seq", function* (p) {
    for (let i = 1; i <= Number(p.argv[1]); i++) yield* p.write(1, `${i}\n`);
    return 0;
  }),
  program("head", function* (p) {
    const count = Number(p.argv[1].slice(1));
    let s = "";
    while (s.split("\n").length <= count) {
      const data = yield* p.read(0);
      if (data.length === 0) break;
      s += text(data);
    }
    const lines = s.split("\n").slice(0, count);
    yield* p.write(1, lines.map((l) => `${l}\n`).join(""));
    return 0;
  }),
  program("wc", function* (p) {
    yield* p.write(1, `${(yield* slurp(p)).split("\n").length - 1}\n`);
    return 0;
  }),
  program("sort", function* (p) {
    const lines = (yield* slurp(p)).split("\n").filter((l) => l !== "");
    yield* p.write(
      1,
      lines
        .sort()
        .map((l) => `${l}\n`)
        .join(""),
    );
    return 0;
  }),
  program("env", function* (p) {
    for (const [name, value] of p.env) yield* p.write(1, `${name}=${value}\n`);
    return 0;
  }),
  ...(
    [
      ["mkdir", (p, name) => mkdir(p, name)],
      ["rm", (p, name) => unlink(p, name)],
      ["chmod", (p, name) => chmod(p, name, 0o755)],
      ["touch", (p, name) => p.closeFd(p.addFd(open(p, name, { write: true, create: true })))],
    ] as readonly [string, (p: Process, name: string) => void][]
  ).map(([name, act]) =>
    // biome-ignore lint/correctness/useYield: a program that never waits.
    program(name, function* (p) {
      for (const word of p.argv.slice(1)) if (!/^[-+]/.test(word)) act(p, word);
      return 0;
    }),
  ),
  // biome-ignore lint/correctness/useYield: a program that never waits.
  program("ln", function* (p) {
    symlink(p, p.argv[2], p.argv[3]);
    return 0;
  }),
  // biome-ignore lint/correctness/useYield: a program that never waits.
  program("true", function* () {
    return 0;
  }),
];
