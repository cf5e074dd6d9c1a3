import type { Running } from "../../machine/process.ts";
import { assignArray } from "../array.ts";
import { declaration } from "../declaration.ts";
import { Fault } from "../fault.ts";
import { functionText } from "../function-text.ts";
import { quoteTrace } from "../quote.ts";
import type { Shell } from "../shell.ts";
import type { DeclarationWord } from "../simple.ts";
import { Variable } from "../variables.ts";
import { type Builtin, badOption, isName, quick } from "./builtin.ts";

interface Flags {
  on: Set<string>;
  off: Set<string>;
}

const USAGE: Record<string, string> = {
  declare: "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]",
  typeset: "typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]",
  local: "local [option] name[=value] ...",
  export: "export [-fn] [name[=value] ...] or export -p",
  readonly: "readonly [-aAf] [name[=value] ...] or readonly -p",
};

function* declare(sh: Shell, given: readonly string[]): Running {
  const words = given as unknown as readonly DeclarationWord[];
  const name = words[0] as string;
  const flags: Flags = { on: new Set(), off: new Set() };
  let i = 1;
  for (; i < words.length; i++) {
    const word = words[i];
    if (typeof word !== "string" || !/^[-+]./.test(word)) break;
    if (word === "--") {
      i++;
      break;
    }
    for (const c of word.slice(1)) {
      if (!"aAfFgiIlnprtux".includes(c)) return badOption(sh, name, word[0] + c, USAGE[name]);
      if (name === "export" && c === "n") flags.off.add("x");
      else (word[0] === "-" ? flags.on : flags.off).add(c);
    }
  }
  if (name === "export" && !flags.off.has("x")) flags.on.add("x");
  if (name === "readonly") flags.on.add("r");
  if (name === "local" && sh.vars.scopes.length < 2) {
    sh.complain("local: can only be used in a function");
    return 1;
  }
  const rest = words.slice(i);
  if (flags.on.has("f") || flags.on.has("F")) return functions(sh, name, rest, flags);
  if (rest.length === 0) return list(sh, name, flags);
  if (flags.on.has("p") && name !== "export" && name !== "readonly") return print(sh, name, rest);
  let status = 0;
  for (const word of rest) status = (yield* one(sh, name, word, flags)) || status;
  return status;
}

function* one(sh: Shell, command: string, word: DeclarationWord, flags: Flags): Running {
  let name: string;
  let value: string | undefined;
  let append = false;
  let index: string | undefined;
  if (typeof word === "string") {
    const m = /^([A-Za-z_]\w*)(?:\[(.*?)\])?(?:(\+?)=(.*))?$/s.exec(word);
    if (!m) {
      sh.complain(`${command}: \`${word}': not a valid identifier`);
      return 1;
    }
    name = m[1];
    index = m[2];
    append = m[3] === "+";
    value = m[4];
  } else {
    name = word.assignment.name;
    append = word.assignment.append ?? false;
    index = word.assignment.index?.text;
    value = word.value;
  }
  const inFunction = sh.frames.some((f) => f.name !== "main" && f.name !== "source");
  const local =
    (command === "local" || ((command === "declare" || command === "typeset") && inFunction)) &&
    !flags.on.has("g");
  let v: Variable;
  if (local) v = localVariable(sh, name, flags);
  else if (flags.on.has("g")) {
    v = sh.vars.globals.get(name) ?? new Variable();
    sh.vars.globals.set(name, v);
  } else {
    const target = flags.on.has("n") || flags.off.has("n") ? name : sh.vars.target(name);
    const found = sh.vars.find(target);
    v = found && sh.vars.scopes.some((s) => s.get(target) === found) ? found : sh.vars.make(target);
  }
  const array =
    typeof word !== "string" && word.assignment.value.type === "ArrayValue" ? word.assignment.value : null;
  const readonlyText = `${name}: readonly variable`;
  if (v.readonly && (value !== undefined || array)) {
    sh.complain(
      command === "export" || command === "readonly" ? readonlyText : `${command}: ${readonlyText}`,
    );
    return 1;
  }
  if (flags.on.has("A")) {
    if (v.indexed) {
      sh.complain(`${command}: ${name}: cannot convert indexed to associative array`);
      return 1;
    }
    v.toAssoc();
  } else if (flags.on.has("a") || (array && !v.assoc)) {
    if (v.assoc) {
      sh.complain(`${command}: ${name}: cannot convert associative to indexed array`);
      return 1;
    }
    v.toIndexed();
  }
  attributes(v, flags);
  if (sh.options.xtrace && value !== undefined && (command === "export" || command === "readonly"))
    sh.trace(`${name}=${value === "" ? "" : quoteTrace(value)}`);
  if (array) yield* assignArray(sh, v, name, array, append);
  else if (value !== undefined) {
    if (v.nameref) v.value = value;
    else if (value.startsWith("(") && v.isArray && typeof word === "string")
      sh.assignTo(v, name, index, value, append);
    else sh.assignTo(v, name, index, value, append);
  }
  if (flags.on.has("r")) v.readonly = true;
  if (flags.off.has("r") && v.readonly) {
    sh.complain(`${command}: ${readonlyText}`);
    return 1;
  }
  return 0;
}

function localVariable(sh: Shell, name: string, flags: Flags): Variable {
  // The function's own scope, beneath any scope of temporary assignments to this builtin.
  const outer = sh.vars.find(name);
  const scope = sh.vars.scopes[sh.vars.scopes.length - 1];
  const old = scope.get(name);
  if (old) return old;
  if (outer?.readonly && sh.vars.scopes[0].get(name) === outer)
    throw new Fault(`local: ${name}: readonly variable`);
  const v = new Variable();
  if (flags.on.has("I") || sh.shopt("localvar_inherit")) Object.assign(v, outer?.copy());
  // A local that hides an exported variable is exported too (a temporary assignment's value goes on).
  if (outer?.exported) v.exported = true;
  scope.set(name, v);
  return v;
}

function attributes(v: Variable, flags: Flags): void {
  for (const [set, on] of [
    [flags.on, true],
    [flags.off, false],
  ] as const) {
    if (set.has("i")) v.integer = on;
    if (set.has("x")) v.exported = on;
    if (set.has("n")) v.nameref = on;
    if (set.has("l")) {
      v.lower = on;
      if (on) v.upper = false;
    }
    if (set.has("u")) {
      v.upper = on;
      if (on) v.lower = false;
    }
  }
}

function matches(v: Variable, flags: Flags): boolean {
  for (const c of flags.on) if ("aAilnrux".includes(c) && !v.attributes.includes(c)) return false;
  return true;
}

function list(sh: Shell, command: string, flags: Flags): number {
  if (command === "local") {
    const scope = sh.vars.scopes[sh.vars.scopes.length - 1];
    for (const [name, v] of [...scope].sort((a, b) => (a[0] < b[0] ? -1 : 1)))
      sh.proc.out(`${name}=${v.value ?? ""}\n`);
    return 0;
  }
  const names = new Set<string>(sh.vars.names());
  for (const scope of sh.vars.scopes)
    for (const [name, v] of scope) if (v.exported || v.readonly) names.add(name);
  for (const name of [...names].sort()) {
    const v = sh.vars.find(name);
    if (v && matches(v, flags)) sh.proc.out(`${declaration(name, v)}\n`);
  }
  return 0;
}

function print(sh: Shell, command: string, words: readonly DeclarationWord[]): number {
  let status = 0;
  for (const word of words) {
    const name = typeof word === "string" ? word : word.assignment.name;
    const v = sh.vars.find(name);
    if (v) sh.proc.out(`${declaration(name, v)}\n`);
    else {
      sh.complain(`${command}: ${name}: not found`);
      status = 1;
    }
  }
  return status;
}

function functions(sh: Shell, command: string, words: readonly DeclarationWord[], flags: Flags): number {
  const names = words.length > 0 ? words.map(String) : [...sh.functions.keys()].sort();
  let status = 0;
  for (const name of names) {
    const fn = sh.functions.get(name);
    if (!fn) {
      status = 1;
      if (command === "export" || command === "readonly") sh.complain(`${command}: ${name}: not a function`);
    } else if (command === "export") fn.exported = !flags.off.has("x");
    else if (flags.on.has("F")) sh.proc.out(words.length > 0 ? `${name}\n` : `declare -f ${name}\n`);
    else sh.proc.out(`${functionText(fn)}\n`);
  }
  return status;
}

const unset = quick((sh, words) => {
  let mode = "";
  let i = 1;
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === "--") {
      i++;
      break;
    }
    for (const c of words[i].slice(1)) {
      if (!"fvn".includes(c)) return badOption(sh, "unset", `-${c}`, "unset [-f] [-v] [-n] [name ...]");
      mode = c;
    }
  }
  let status = 0;
  for (const word of words.slice(i)) {
    try {
      const element = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(word);
      if (mode === "f") sh.functions.delete(word);
      else if (element) {
        const v = sh.vars.get(element[1]);
        if (element[2] === "@" || element[2] === "*") sh.vars.unset(element[1]);
        else if (v?.assoc) v.assoc.delete(element[2].replace(/^(['"])(.*)\1$/s, "$2"));
        else if (v?.indexed) {
          const at =
            Number(element[2]) < 0
              ? Math.max(...v.indexed.keys()) + 1 + Number(element[2])
              : Number(sh.arithmeticValue(element[2]));
          v.indexed.delete(at);
        }
      } else if (!isName(word)) {
        sh.complain(`unset: \`${word}': not a valid identifier`);
        status = 1;
      } else {
        const name = mode === "n" ? word : sh.vars.target(word);
        if (!sh.vars.unset(name) && mode === "") sh.functions.delete(word);
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      sh.complain(`unset: ${error.message}`);
      status = 1;
    }
  }
  return status;
}, true);

const declaring: Builtin = { run: declare };
export const DECLARE: Record<string, Builtin> = {
  declare: declaring,
  typeset: declaring,
  local: declaring,
  export: { special: true, run: declare },
  readonly: { special: true, run: declare },
  unset,
};
