import { SECOND } from "../base/clock.ts";
import { OPTIONS } from "./options.ts";
import type { Shell } from "./shell.ts";
import { Indexed, Variable } from "./variables.ts";

/** The variables whose value is made when it is asked for. */
export function defineDynamic(sh: Shell): void {
  const { dynamic } = sh.vars;
  const array = (values: readonly string[]) => {
    const v = new Variable();
    v.indexed = new Indexed(values.map((s, i) => [i, s]));
    return v;
  };
  const seconds = () => Math.floor((sh.machine.now - sh.secondsBase) / SECOND);
  const micros = () => Math.floor((sh.machine.epoch + sh.machine.now) / 1000);
  let random = sh.random;
  dynamic.set("RANDOM", {
    get: () => String(random.u32() & 32767),
    set: (value) => {
      random = sh.random.fork(`seed ${value}`);
    },
  });
  dynamic.set("SRANDOM", { get: () => String(random.u32()) });
  dynamic.set("SECONDS", {
    get: () => String(seconds()),
    set: (value) => {
      sh.secondsBase = sh.machine.now - Number(value) * SECOND;
    },
  });
  dynamic.set("LINENO", { get: () => String(sh.line), set: () => {} });
  dynamic.set("EPOCHSECONDS", { get: () => String(Math.floor(micros() / 1e6)) });
  dynamic.set("EPOCHREALTIME", {
    get: () => `${Math.floor(micros() / 1e6)}.${String(micros() % 1e6).padStart(6, "0")}`,
  });
  dynamic.set("BASHPID", { get: () => String(sh.proc.pid) });
  dynamic.set("BASH_SUBSHELL", { get: () => String(sh.subshellDepth) });
  dynamic.set("PIPESTATUS", { get: () => array(sh.pipeStatus) });
  dynamic.set("FUNCNAME", {
    get: () => {
      const inFunction = sh.frames.some((f) => f.name !== "main" && f.name !== "source");
      return inFunction ? array(sh.frames.map((f) => f.name).reverse()) : undefined;
    },
  });
  dynamic.set("BASH_SOURCE", { get: () => array(sh.frames.map((f) => f.file).reverse()) });
  dynamic.set("BASH_LINENO", { get: () => array(sh.frames.map((f) => String(f.callLine)).reverse()) });
  dynamic.set("DIRSTACK", { get: () => array([sh.get("PWD") ?? "/", ...sh.dirStack]) });
  dynamic.set("GROUPS", { get: () => array(["0"]) });
  dynamic.set("BASHOPTS", {
    get: () =>
      sh
        .shoptNames()
        .filter((n) => sh.shopt(n))
        .join(":"),
  });
  dynamic.set("SHELLOPTS", {
    get: () =>
      OPTIONS.filter(([name]) => sh.options[name])
        .map(([name]) => name)
        .join(":"),
  });
  dynamic.set("BASH_EXECUTION_STRING", { get: () => sh.executionString });
  dynamic.set("BASH_COMMAND", { get: () => sh.currentCommand });
  dynamic.set("_", { get: () => sh.lastArgument, set: () => {} });
}
