import type { Builtin } from "./builtin.ts";
import { badOption, quick } from "./builtin.ts";

const symbolic = (mask: number) => {
  const bits = (shift: number) => {
    const allowed = ~(mask >> shift) & 7;
    return `${allowed & 4 ? "r" : ""}${allowed & 2 ? "w" : ""}${allowed & 1 ? "x" : ""}`;
  };
  return `u=${bits(6)},g=${bits(3)},o=${bits(0)}`;
};

/** `ulimit -a`'s rows: letter, description, value. */
const LIMITS: readonly (readonly [string, string, string])[] = [
  ["R", "real-time non-blocking time  (microseconds, -R)", "unlimited"],
  ["c", "core file size              (blocks, -c)", "0"],
  ["d", "data seg size               (kbytes, -d)", "unlimited"],
  ["f", "file size                   (blocks, -f)", "unlimited"],
  ["l", "max locked memory           (kbytes, -l)", "8192"],
  ["m", "max memory size             (kbytes, -m)", "unlimited"],
  ["n", "open files                          (-n)", "1024"],
  ["s", "stack size                  (kbytes, -s)", "8192"],
  ["t", "cpu time                   (seconds, -t)", "unlimited"],
  ["u", "max user processes                  (-u)", "unlimited"],
  ["v", "virtual memory              (kbytes, -v)", "unlimited"],
];

export const MISC: Record<string, Builtin> = {
  umask: quick((sh, words) => {
    const args = words.slice(1).filter((w) => w !== "-p" && w !== "-S");
    if (args.length === 0) {
      const octal = sh.proc.umask.toString(8).padStart(4, "0");
      const shown = words.includes("-S") ? symbolic(sh.proc.umask) : octal;
      sh.proc.out(
        words.includes("-p") ? `umask ${words.includes("-S") ? "-S " : ""}${shown}\n` : `${shown}\n`,
      );
      return 0;
    }
    if (/^\d/.test(args[0])) {
      if (!/^[0-7]+$/.test(args[0])) {
        sh.complain(`umask: ${args[0]}: octal number out of range`);
        return 1;
      }
      sh.proc.umask = Number.parseInt(args[0], 8) & 0o777;
      return 0;
    }
    let allowed = ~sh.proc.umask & 0o777;
    for (const clause of args[0].split(",")) {
      const m = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause);
      if (!m) {
        sh.complain(`umask: \`${clause[0] ?? ""}': invalid symbolic mode character`);
        return 1;
      }
      const who = m[1] === "" || m[1].includes("a") ? "ugo" : m[1];
      const bits = (m[3].includes("r") ? 4 : 0) | (m[3].includes("w") ? 2 : 0) | (m[3].includes("x") ? 1 : 0);
      for (const w of who) {
        const shift = w === "u" ? 6 : w === "g" ? 3 : 0;
        if (m[2] === "+") allowed |= bits << shift;
        else if (m[2] === "-") allowed &= ~(bits << shift);
        else allowed = (allowed & ~(7 << shift)) | (bits << shift);
      }
    }
    sh.proc.umask = ~allowed & 0o777;
    return 0;
  }),
  ulimit: quick((sh, words) => {
    const letters = words
      .slice(1)
      .filter((w) => w.startsWith("-"))
      .join("")
      .replace(/[-SH]/g, "");
    if (letters.includes("a")) {
      for (const [, text, value] of LIMITS) sh.proc.out(`${text} ${value}\n`);
      return 0;
    }
    const letter = letters[0] ?? "f";
    const found = LIMITS.find(([l]) => l === letter);
    if (!found) return badOption(sh, "ulimit", `-${letter}`, "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]");
    // Limits can be set, and have no effect: nothing here runs out of files or memory.
    if (!words.slice(1).some((w) => !w.startsWith("-"))) sh.proc.out(`${found[2]}\n`);
    return 0;
  }),
  times: quick((sh) => {
    sh.proc.out("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n");
    return 0;
  }, true),
  history: quick((sh, words) => {
    if (words[1] === "-c") {
      sh.history.length = 0;
      return 0;
    }
    const from = words[1] !== undefined ? Math.max(0, sh.history.length - Number(words[1])) : 0;
    for (let i = from; i < sh.history.length; i++)
      sh.proc.out(`${String(i + 1).padStart(5)}  ${sh.history[i]}\n`);
    return 0;
  }),
  help: quick((sh) => {
    sh.proc.out("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n");
    return 0;
  }),
  logout: quick((sh) => {
    sh.complain("logout: not login shell: use `exit'");
    return 1;
  }),
  suspend: quick((sh) => {
    sh.complain("suspend: cannot suspend: no job control");
    return 1;
  }),
};
