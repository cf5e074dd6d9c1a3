import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { HAS_KERNEL, ROOT, Scripts, start } from "./support.ts";

const scripts = new Scripts();
afterAll(() => scripts.remove());
const BIN = join(ROOT, "bin/packetwalk.js");

/** `shell` with "$run" for packetwalk's run of the script. */
function inShell(script: string, shell: string) {
  const run = `${process.execPath} ${BIN} run --engine kernel ${scripts.write("script.sh", script)}`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", shell], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, run, folder: scripts.folder },
  });
  return { stdout, stderr, status };
}

const READ = `read -r line; echo "got $line"
`;

describe.runIf(HAS_KERNEL)("the caller's standard input is the script's", () => {
  test("a pipe: the script takes what it reads, the rest stays", () => {
    expect(inShell(READ, "printf 'one\\ntwo\\n' | { $run; cat; }").stdout).toBe("got one\ntwo\n");
  });

  test("a file: its bytes, but no way to it", () => {
    const text = `${READ}echo changed 2>/dev/null > /proc/self/fd/0; echo "[$?]"
`;
    const shell = "printf 'one\\ntwo\\n' > $folder/in; { read -r _; $run; } < $folder/in; cat $folder/in";
    expect(inShell(text, shell).stdout).toBe("got two\n[1]\none\ntwo\n");
  });

  test("nothing: at its end at once", () => {
    expect(inShell(READ, "$run < /dev/null; $run 0<&-").stdout).toBe("got \ngot \n");
  });

  test("a terminal: asks there, and cannot type there", () => {
    const text = `[ -t 0 ] && echo terminal
python3 -I -S -c "
import fcntl, termios
for call, word in (termios.TIOCSTI, b'x'), (termios.TIOCSCTTY, 0):
    try: fcntl.ioctl(0, call, word); print('went through')
    except OSError as e: print('no')"
read -r -p 'name? ' name; echo "hello $name"
`;
    const { stdout } = inShell(text, 'echo you | script -qec "$run" /dev/null');
    expect(stdout.replaceAll("\r", "")).toMatch(/terminal\nno\nno\n(you\n)?name\? (you\n)?hello you\n/);
  });

  test("whoever reads its output goes: so does it", () => {
    const { stdout, status } = inShell("while :; do echo y; done", "set -o pipefail; $run | head -1");
    expect({ stdout, status }).toEqual({ stdout: "y\n", status: 141 });
  });

  test("SIGTERM is the script's: its trap, its status", async () => {
    for (const [text, expected] of [
      ["trap 'echo bye; exit 9' TERM; echo on; sleep 100", { out: "on\nbye\n", status: 9 }],
      ["echo on; sleep 100", { out: "on\n", status: 143 }],
    ] as const) {
      const child = start(["run", "--engine", "kernel", scripts.write("term.sh", text)]);
      let out = "";
      child.stdout.on("data", (bytes) => {
        if (out === "") setTimeout(() => child.kill("SIGTERM"), 1000);
        out += bytes;
      });
      const status = await new Promise((resolve) => child.once("close", resolve));
      expect({ out, status }).toEqual(expected);
    }
  });
});
