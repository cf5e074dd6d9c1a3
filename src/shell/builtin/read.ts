import { SECOND } from "../../base/clock.ts";
import { KernelError } from "../../base/errno.ts";
import { text as decode } from "../../base/text.ts";
import { AGAIN } from "../../machine/file.ts";
import { Interrupted, SIGNALS } from "../../machine/signal.ts";
import { callFunction } from "../simple.ts";
import { runPending } from "../trap.ts";
import { Indexed } from "../variables.ts";
import { type Builtin, badOption, isName, quick } from "./builtin.ts";

const READ_USAGE =
  "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]";

const read: Builtin = {
  *run(sh, words) {
    let raw = false;
    let array: string | undefined;
    let delimiter = 10;
    let count: number | undefined;
    let exact = false;
    let prompt = "";
    let timeout: number | undefined;
    let fd = 0;
    let i = 1;
    for (; i < words.length && /^-./.test(words[i]); i++) {
      const word = words[i];
      if (word === "--") {
        i++;
        break;
      }
      for (let j = 1; j < word.length; j++) {
        const c = word[j];
        if ((sh.dash ? "r" : "ers").includes(c)) {
          if (c === "r") raw = true;
          continue;
        }
        if (!(sh.dash ? "p" : "adinNptu").includes(c)) return badOption(sh, "read", `-${c}`, READ_USAGE);
        const value = j + 1 < word.length ? word.slice(j + 1) : words[++i];
        if (value === undefined) {
          sh.complain(`read: -${c}: option requires an argument`);
          sh.proc.err(`read: usage: ${READ_USAGE}\n`);
          return 2;
        }
        if (c === "a") array = value;
        else if (c === "d") delimiter = value === "" ? 0 : value.charCodeAt(0);
        else if (c === "n" || c === "N") {
          count = Number(value);
          exact = c === "N";
        } else if (c === "p") prompt = value;
        else if (c === "t") timeout = Number(value);
        else if (c === "u") fd = Number(value);
        break;
      }
    }
    const names = words.slice(i);
    for (const name of names)
      if (!/^[A-Za-z_]\w*(\[.*\])?$/.test(name)) {
        sh.complain(`read: \`${name}': not a valid identifier`);
        return 1;
      }
    const file = sh.proc.fds.get(fd);
    if (!file) {
      sh.complain(`read: ${fd}: invalid file descriptor: Bad file descriptor`);
      return 1;
    }
    if (prompt !== "" && file.isTty) sh.proc.err(prompt);
    const bytes: number[] = [];
    const escaped: boolean[] = [];
    let status = 0;
    let backslash = false;
    const until = timeout === undefined ? undefined : sh.machine.now + timeout * SECOND;
    sh.busy = 0;
    try {
      for (;;) {
        if (count !== undefined && bytes.length >= count && decode(Uint8Array.from(bytes)).length >= count)
          break;
        const data = file.read(1);
        if (data === AGAIN) {
          if (until !== undefined && sh.machine.now >= until) {
            status = 142;
            break;
          }
          yield { queues: [file.readable], ...(until === undefined ? {} : { until }) };
          continue;
        }
        if (data.length === 0) {
          status = 1;
          break;
        }
        if (sh.proc.works(READ_COST)) yield { until: sh.machine.now };
        const c = data[0];
        if (backslash) {
          backslash = false;
          if (c === 10) continue;
          bytes.push(c);
          escaped.push(true);
          continue;
        }
        if (!raw && c === 92) {
          backslash = true;
          continue;
        }
        if (c === delimiter && !exact) break;
        if (c === 0) continue;
        bytes.push(c);
        escaped.push(false);
      }
    } catch (error) {
      if (error instanceof KernelError) {
        sh.complain(`read: read error: ${fd}: ${error.message}`);
        status = 1;
      } else if (error instanceof Interrupted) {
        yield* runPending(sh);
        return 128 + SIGNALS[error.signal];
      } else throw error;
    }
    const line = decode(Uint8Array.from(bytes));
    // Escapes matter to splitting only; with other than ASCII bytes the flags follow characters.
    const flags: boolean[] = [];
    bytes.forEach((b, k) => {
      if ((b & 0xc0) !== 0x80) for (let u = b >= 0xf0 ? 2 : 1; u > 0; u--) flags.push(escaped[k]);
    });
    if (exact) {
      sh.set(names[0] ?? "REPLY", line);
      return status;
    }
    if (array !== undefined) {
      const v = sh.vars.make(array);
      v.value = undefined;
      v.assoc = null;
      v.indexed = new Indexed(splitLine(line, flags, sh.ifs, Number.POSITIVE_INFINITY).map((s, k) => [k, s]));
      return status;
    }
    if (names.length === 0) {
      sh.set("REPLY", line);
      return status;
    }
    const values = splitLine(line, flags, sh.ifs, names.length);
    names.forEach((name, k) => {
      const element = /^(\w+)\[(.*)\]$/.exec(name);
      if (element) sh.assign(element[1], element[2], values[k] ?? "", false);
      else sh.set(name, values[k] ?? "");
    });
    return status;
  },
};

/** Splits a line by IFS into at most `most` fields; the last takes the rest. */
function splitLine(line: string, escaped: readonly boolean[], ifs: string, most: number): string[] {
  const isSpace = (i: number) => !escaped[i] && " \t\n".includes(line[i]) && ifs.includes(line[i]);
  const isOther = (i: number) => !escaped[i] && ifs.includes(line[i]) && !" \t\n".includes(line[i]);
  const out: string[] = [];
  let i = 0;
  const n = line.length;
  while (i < n && isSpace(i)) i++;
  while (i < n) {
    if (out.length === most - 1) {
      let end = n;
      while (end > i && isSpace(end - 1)) end--;
      // One trailing delimiter that ends the only remaining field goes too.
      let j = i;
      while (j < end && !isSpace(j) && !isOther(j)) j++;
      if (j < end) {
        let k = j;
        while (k < end && isSpace(k)) k++;
        if (k < end && isOther(k)) k++;
        while (k < end && isSpace(k)) k++;
        if (k >= end) end = j;
      }
      out.push(line.slice(i, end));
      return out;
    }
    const from = i;
    while (i < n && !isSpace(i) && !isOther(i)) i++;
    out.push(line.slice(from, i));
    while (i < n && isSpace(i)) i++;
    if (i < n && isOther(i)) i++;
    while (i < n && isSpace(i)) i++;
  }
  return out;
}

/** What reading one byte counts for (Process.works). */
const READ_COST = 256;

const mapfile: Builtin = {
  *run(sh, words) {
    let strip = false;
    let delimiter = "\n";
    let most = 0;
    let skip = 0;
    let origin: number | undefined;
    let fd = 0;
    let callback: string | undefined;
    let quantum = 5000;
    let i = 1;
    for (; i < words.length && /^-./.test(words[i]); i++) {
      const word = words[i];
      const c = word[1];
      if (c === "t") {
        strip = true;
        continue;
      }
      if (!"dnOsuCc".includes(c))
        return badOption(
          sh,
          words[0],
          `-${c}`,
          `${words[0]} [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]`,
        );
      const value = word.length > 2 ? word.slice(2) : (words[++i] ?? "");
      if (c === "d") delimiter = value === "" ? "\0" : value[0];
      else if (c === "n") most = Number(value);
      else if (c === "O") origin = Number(value);
      else if (c === "s") skip = Number(value);
      else if (c === "u") fd = Number(value);
      else if (c === "C") callback = value;
      else quantum = Number(value);
    }
    const name = words[i] ?? "MAPFILE";
    const parts: string[] = [];
    let all = "";
    sh.busy = 0;
    for (;;) {
      const data = yield* sh.proc.read(fd);
      if (data.length === 0) break;
      all += decode(data);
    }
    for (let at = 0; at < all.length; ) {
      const end = all.indexOf(delimiter, at);
      const stop = end < 0 ? all.length : end + 1;
      parts.push(all.slice(at, strip && end >= 0 ? end : stop));
      at = stop;
    }
    let lines = parts.slice(skip);
    if (most > 0) lines = lines.slice(0, most);
    const v = sh.vars.make(name);
    if (origin === undefined) {
      v.value = undefined;
      v.indexed = new Indexed();
    }
    const items = v.toIndexed();
    for (let k = 0; k < lines.length; k++) {
      if (callback !== undefined && (k + 1) % quantum === 0) {
        const fn = sh.functions.get(callback);
        if (fn) yield* callFunction(sh, fn, [callback, String((origin ?? 0) + k), lines[k]]);
      }
      items.set((origin ?? 0) + k, lines[k]);
    }
    return 0;
  },
};

const getopts = quick((sh, words) => {
  const [, spec, name, ...given] = words;
  if (spec === undefined || name === undefined) {
    sh.proc.err("getopts: usage: getopts optstring name [arg ...]\n");
    return 2;
  }
  if (!isName(name)) {
    sh.complain(`getopts: \`${name}': not a valid identifier`);
    return 1;
  }
  const args = words.length > 3 ? given : sh.positional;
  const quiet = spec.startsWith(":");
  const letters = quiet ? spec.slice(1) : spec;
  let index = Number(sh.get("OPTIND") ?? 1);
  let at = sh.optionAt;
  const finish = () => {
    sh.set("OPTIND", String(index));
    sh.optionAt = 0;
    sh.set(name, "?");
    sh.vars.unset("OPTARG");
    return 1;
  };
  const word = args[index - 1];
  if (at === 0) {
    if (word === undefined || word[0] !== "-" || word === "-") return finish();
    if (word === "--") {
      index++;
      return finish();
    }
    at = 1;
  }
  const c = word[at];
  at++;
  const known = c !== ":" && letters.includes(c);
  const takes = known && letters[letters.indexOf(c) + 1] === ":";
  const say = (message: string) => {
    if (!quiet && sh.get("OPTERR") !== "0") sh.proc.err(`${sh.arg0}: ${message} -- ${c}\n`);
  };
  if (at >= word.length && !takes) {
    index++;
    at = 0;
  }
  if (!known) {
    say("illegal option");
    sh.set(name, "?");
    if (quiet) sh.set("OPTARG", c);
    else sh.vars.unset("OPTARG");
  } else if (takes) {
    let value: string | undefined;
    if (at < word.length) value = word.slice(at);
    else {
      index++;
      value = args[index - 1];
    }
    index++;
    at = 0;
    if (value === undefined) {
      index--;
      say("option requires an argument");
      sh.set(name, quiet ? ":" : "?");
      if (quiet) sh.set("OPTARG", c);
      else sh.vars.unset("OPTARG");
    } else {
      sh.set(name, c);
      sh.set("OPTARG", value);
    }
  } else {
    sh.set(name, c);
    sh.vars.unset("OPTARG");
  }
  sh.set("OPTIND", String(index));
  sh.optionAt = at;
  return 0;
});

export const READ: Record<string, Builtin> = { read, mapfile, readarray: mapfile, getopts };
