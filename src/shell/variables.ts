import { MemoryExhausted } from "../machine/process.ts";
import { Fault } from "./fault.ts";

/** Elements that one array may have. */
const MAX_ELEMENTS = 2 ** 20;

/** A map that knows how big it may get. */
class Elements<K> extends Map<K, string> {
  override set(key: K, value: string): this {
    if (this.size >= MAX_ELEMENTS && !this.has(key)) throw new MemoryExhausted();
    return super.set(key, value);
  }
}

/** An indexed array. */
export class Indexed extends Elements<number> {
  /** Past the highest index that was ever set since the last one was deleted; −1: to be found anew. */
  private past = 0;

  constructor(entries: Iterable<readonly [number, string]> = []) {
    super();
    for (const [index, value] of entries) this.set(index, value);
  }

  override set(index: number, value: string): this {
    if (this.past >= 0 && index >= this.past) this.past = index + 1;
    return super.set(index, value);
  }

  override delete(index: number): boolean {
    if (index + 1 >= this.past) this.past = -1;
    return super.delete(index);
  }

  override clear(): void {
    this.past = 0;
    super.clear();
  }

  /** One more than the highest index; 0 when there is none. */
  get next(): number {
    if (this.past < 0) {
      this.past = 0;
      for (const index of this.keys()) if (index >= this.past) this.past = index + 1;
    }
    return this.past;
  }
}

/** An associative array. */
export class Associative extends Elements<string> {}

/** A shell variable with its attributes. A scalar, an indexed or an associative array. */
export class Variable {
  value: string | undefined;
  indexed: Indexed | null = null;
  assoc: Associative | null = null;
  exported = false;
  readonly = false;
  integer = false;
  lower = false;
  upper = false;
  nameref = false;

  constructor(value?: string) {
    this.value = value;
  }

  get isArray(): boolean {
    return this.indexed !== null || this.assoc !== null;
  }

  /** What $name means: the scalar, or element 0. */
  get scalar(): string | undefined {
    if (this.indexed) return this.indexed.get(0);
    if (this.assoc) return this.assoc.get("0");
    return this.value;
  }

  /** Values in order of index (or of making, for associative arrays). */
  values(): string[] {
    if (this.indexed) return this.keys().map((k) => (this.indexed as Indexed).get(Number(k)) as string);
    if (this.assoc) return [...this.assoc.values()];
    return this.value === undefined ? [] : [this.value];
  }

  keys(): string[] {
    if (this.indexed) return [...this.indexed.keys()].sort((a, b) => a - b).map(String);
    if (this.assoc) return [...this.assoc.keys()];
    return this.value === undefined ? [] : ["0"];
  }

  get isSet(): boolean {
    return this.indexed !== null || this.assoc !== null
      ? this.scalar !== undefined
      : this.value !== undefined;
  }

  /** Becomes an indexed array; a scalar becomes its element 0. */
  toIndexed(): Indexed {
    if (!this.indexed) {
      this.indexed = new Indexed();
      if (this.value !== undefined) this.indexed.set(0, this.value);
      this.value = undefined;
    }
    return this.indexed;
  }

  toAssoc(): Associative {
    if (!this.assoc) {
      this.assoc = new Associative();
      if (this.value !== undefined) this.assoc.set("0", this.value);
      this.value = undefined;
    }
    return this.assoc;
  }

  copy(): Variable {
    const copy = new Variable(this.value);
    if (this.indexed) copy.indexed = new Indexed(this.indexed);
    if (this.assoc) copy.assoc = new Associative(this.assoc);
    copy.exported = this.exported;
    copy.readonly = this.readonly;
    copy.integer = this.integer;
    copy.lower = this.lower;
    copy.upper = this.upper;
    copy.nameref = this.nameref;
    return copy;
  }

  /** The letters of `declare -p` and ${x@a}. */
  get attributes(): string {
    return (
      (this.indexed ? "a" : "") +
      (this.assoc ? "A" : "") +
      (this.integer ? "i" : "") +
      (this.nameref ? "n" : "") +
      (this.readonly ? "r" : "") +
      (this.exported ? "x" : "") +
      (this.lower ? "l" : "") +
      (this.upper ? "u" : "")
    );
  }
}

/** A variable whose value is made when it is asked for: RANDOM, LINENO, PIPESTATUS … */
export interface DynamicVariable {
  get(): string | Variable | undefined;
  set?(value: string): void;
}

/** The variables of a shell: the global ones, and a scope a running function. Scope is dynamic. */
export class Variables {
  readonly scopes: Map<string, Variable>[] = [new Map()];
  readonly dynamic = new Map<string, DynamicVariable>();

  get globals(): Map<string, Variable> {
    return this.scopes[0];
  }

  /** The variable itself, whatever namerefs say. */
  find(name: string): Variable | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const found = this.scopes[i].get(name);
      if (found) return found;
    }
    if (this.dynamic.size > 0) {
      const made = this.dynamic.get(name)?.get();
      if (typeof made === "string") return new Variable(made);
      return made;
    }
    return undefined;
  }

  /** The name that a nameref leads to: "name" or "name[index]". */
  target(name: string): string {
    let at = name;
    for (let hops = 0; hops < 10; hops++) {
      const found = this.find(at);
      if (!found?.nameref || !found.value) return at;
      at = found.value;
    }
    return at;
  }

  get(name: string): Variable | undefined {
    const found = this.find(name);
    if (!found?.nameref) return found;
    const target = this.target(name);
    const element = /^(\w+)\[(.*)\]$/.exec(target);
    if (!element) return target === name ? undefined : this.find(target);
    const array = this.find(element[1]);
    const value = array?.assoc ? array.assoc.get(element[2]) : array?.indexed?.get(Number(element[2]));
    return value === undefined ? undefined : new Variable(value);
  }

  /** The variable to assign to: the innermost that exists, else a new global one. */
  make(name: string): Variable {
    const target = this.target(name);
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const found = this.scopes[i].get(target);
      if (found) return found;
    }
    const made = new Variable();
    this.globals.set(target, made);
    return made;
  }

  /** A variable of the running function (or a global one outside any). */
  makeLocal(name: string): Variable {
    const scope = this.scopes[this.scopes.length - 1];
    const old = scope.get(name);
    if (old) return old;
    const made = new Variable();
    scope.set(name, made);
    return made;
  }

  unset(name: string): boolean {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const found = this.scopes[i].get(name);
      if (!found) continue;
      if (found.readonly) throw new Fault(`${name}: cannot unset: readonly variable`);
      if (i === this.scopes.length - 1 && i > 0) {
        // A local that is unset stays local: hides the outer one until the function returns.
        const hollow = new Variable();
        this.scopes[i].set(name, hollow);
      } else this.scopes[i].delete(name);
      return true;
    }
    return this.dynamic.delete(name);
  }

  /** Names of all set variables, sorted. */
  names(): string[] {
    const all = new Set<string>();
    for (const scope of this.scopes)
      for (const [name, v] of scope) if (v.value !== undefined || v.isArray) all.add(name);
    for (const [name, dynamic] of this.dynamic) if (dynamic.get() !== undefined) all.add(name);
    return [...all].sort();
  }

  /** What a program started now finds in its environment. */
  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const scope of this.scopes)
      for (const [name, v] of scope) {
        if (v.exported && v.value !== undefined && !v.isArray) env.set(name, v.value);
        else if (!v.exported) env.delete(name);
      }
    return env;
  }

  clone(): Variables {
    const copy = new Variables();
    copy.scopes.length = 0;
    for (const scope of this.scopes) {
      const made = new Map<string, Variable>();
      for (const [name, v] of scope) made.set(name, v.copy());
      copy.scopes.push(made);
    }
    return copy;
  }
}
