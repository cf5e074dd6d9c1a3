import { KernelError } from "../../base/errno.ts";
import { chdir, realpath, tryLookup } from "../../machine/vfs.ts";
import type { Shell } from "../shell.ts";
import { type Builtin, badOption, quick } from "./builtin.ts";

/** "/a/./b/../c" → "/a/c": the logical path that `cd` keeps in PWD. */
function normalize(path: string): string {
  const out: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") out.pop();
    else out.push(part);
  }
  return `/${out.join("/")}`;
}

function go(sh: Shell, name: string, to: string, physical: boolean): boolean {
  const pwd = sh.get("PWD") ?? sh.proc.cwd;
  const logical = normalize(to.startsWith("/") ? to : `${pwd}/${to}`);
  try {
    // The logical path first; when it does not exist the kernel's view decides.
    chdir(sh.proc, !physical && tryLookup(sh.proc, logical)?.type === "directory" ? logical : to);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    sh.complain(`${name}: ${to}: ${error.message}`);
    return false;
  }
  sh.set("OLDPWD", pwd);
  sh.set("PWD", physical ? realpath(sh.proc, ".") : logical);
  return true;
}

const cd = quick((sh, words) => {
  let physical = false;
  let i = 1;
  for (; i < words.length && /^-[LPe@]+$/.test(words[i]); i++) physical = words[i].includes("P");
  if (words[i] === "--") i++;
  else if (/^-./.test(words[i] ?? ""))
    return badOption(sh, "cd", words[i].slice(0, 2), "cd [-L|[-P [-e]] [-@]] [dir]");
  if (words.length - i > 1 && !sh.dash) {
    sh.complain("cd: too many arguments");
    return 1;
  }
  let to = words[i];
  let show = false;
  if (to === undefined) {
    to = sh.get("HOME") ?? "";
    if (to === "") {
      sh.complain("cd: HOME not set");
      return 1;
    }
  } else if (to === "-") {
    const old = sh.get("OLDPWD");
    if (old === undefined) {
      sh.complain("cd: OLDPWD not set");
      return 1;
    }
    to = old;
    show = true;
  } else if (to === "") return 0;
  else if (!/^\.{0,2}\//.test(to) && to !== "." && to !== ".." && sh.get("CDPATH")) {
    for (const base of (sh.get("CDPATH") as string).split(":")) {
      const candidate = `${base === "" ? "." : base}/${to}`;
      if (tryLookup(sh.proc, candidate)?.type !== "directory") continue;
      show = base !== "" && base !== ".";
      to = candidate;
      break;
    }
  }
  if (!go(sh, "cd", to, physical || sh.options.physical)) return 1;
  if (show) sh.proc.out(`${sh.get("PWD")}\n`);
  return 0;
});

const short = (sh: Shell, path: string) => {
  const home = sh.get("HOME");
  return home && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
};

const stack = (sh: Shell) => [sh.get("PWD") ?? sh.proc.cwd, ...sh.dirStack];

const dirs = quick((sh, words) => {
  const letters = words
    .slice(1)
    .filter((w) => w.startsWith("-"))
    .join("");
  if (letters.includes("c")) {
    sh.dirStack = [];
    return 0;
  }
  const list = stack(sh).map((d) => (letters.includes("l") ? d : short(sh, d)));
  const rows = letters.includes("v") ? list.map((d, i) => `${String(i).padStart(2)}  ${d}`) : list;
  sh.proc.out(
    letters.includes("p") || letters.includes("v") ? `${rows.join("\n")}\n` : `${rows.join(" ")}\n`,
  );
  return 0;
});

const show = (sh: Shell) => {
  sh.proc.out(
    `${stack(sh)
      .map((d) => short(sh, d))
      .join(" ")}\n`,
  );
  return 0;
};

const rotation = (sh: Shell, arg: string, name: string): number => {
  const n = Number(arg.slice(1));
  const size = sh.dirStack.length + 1;
  if (n >= size) {
    sh.complain(`${name}: ${arg}: directory stack index out of range`);
    return -1;
  }
  return arg[0] === "+" ? n : size - 1 - n;
};

const pushd = quick((sh, words) => {
  const arg = words[1];
  const all = stack(sh);
  if (arg === undefined) {
    if (sh.dirStack.length === 0) {
      sh.complain("pushd: no other directory");
      return 1;
    }
    if (!go(sh, "pushd", sh.dirStack[0], false)) return 1;
    sh.dirStack[0] = all[0];
  } else if (/^[-+]\d+$/.test(arg)) {
    const n = rotation(sh, arg, "pushd");
    if (n < 0 || !go(sh, "pushd", all[n], false)) return 1;
    sh.dirStack = [...all.slice(n + 1), ...all.slice(0, n)];
  } else {
    if (!go(sh, "pushd", arg, false)) return 1;
    sh.dirStack.unshift(all[0]);
  }
  return show(sh);
});

const popd = quick((sh, words) => {
  if (sh.dirStack.length === 0) {
    sh.complain("popd: directory stack empty");
    return 1;
  }
  const arg = words[1];
  if (arg !== undefined && /^[-+]\d+$/.test(arg)) {
    const n = rotation(sh, arg, "popd");
    if (n < 0) return 1;
    if (n > 0) {
      sh.dirStack.splice(n - 1, 1);
      return show(sh);
    }
  }
  if (!go(sh, "popd", sh.dirStack[0], false)) return 1;
  sh.dirStack.shift();
  return show(sh);
});

export const DIRS: Record<string, Builtin> = {
  cd,
  pwd: quick((sh, words) => {
    sh.proc.out(`${words.includes("-P") ? realpath(sh.proc, ".") : (sh.get("PWD") ?? sh.proc.cwd)}\n`);
    return 0;
  }),
  dirs,
  pushd,
  popd,
};
