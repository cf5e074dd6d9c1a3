/** A usage error: the tool prints "NAME: message", then its hint, and exits with its usage status. */
export class UsageError extends Error {
  /** Printed as it is, with no "Try …" line after it. */
  readonly bare: boolean;
  constructor(message: string, bare = false) {
    super(message);
    this.bare = bare;
  }
}

export interface Parsed {
  /** Each option given, in order: its key, and its argument ("" when it has none). */
  readonly options: readonly (readonly [key: string, value: string])[];
  readonly rest: readonly string[];
  /** Whether `key` was given. */
  has(key: string): boolean;
  /** The last argument given to `key`. */
  get(key: string): string | undefined;
}

/**
 * GNU getopt_long: clusters of short options, long options with = and unambiguous abbreviations, `--`,
 * operands permuted to the end.
 *
 * @param args argv without the program's name.
 * @param short as in getopt(3): "nE:x::"; a leading "+" stops at the first operand.
 * @param long name → key; a name ending in ":" takes an argument, in "::" an optional one; null for a
 *   program of getopt(3), to which the second dash is a short option that nobody knows.
 */
export function getopt(
  args: readonly string[],
  short: string,
  long: Readonly<Record<string, string>> | null = {},
): Parsed {
  const options: [string, string][] = [];
  const rest: string[] = [];
  const stopAtOperand = short.startsWith("+");
  const spec = new Map<string, 0 | 1 | 2>();
  for (let i = stopAtOperand ? 1 : 0; i < short.length; i++) {
    const key = short[i];
    let kind: 0 | 1 | 2 = 0;
    if (short[i + 1] === ":") {
      kind = short[i + 2] === ":" ? 2 : 1;
      i += kind;
    }
    spec.set(key, kind);
  }
  const names = Object.entries(long ?? {}).map(([entry, key]) => {
    const name = entry.replace(/:+$/, "");
    return { name, kind: entry.length - name.length, key };
  });
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === "--") {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith("--")) {
      if (long === null) throw new UsageError("invalid option -- '-'");
      const equals = arg.indexOf("=");
      const given = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
      let found = names.filter((n) => n.name === given);
      if (found.length === 0) found = names.filter((n) => n.name.startsWith(given));
      if (found.length === 0)
        throw new UsageError(`unrecognized option '--${given}${equals < 0 ? "" : arg.slice(equals)}'`);
      if (found.length > 1 && !found.every((f) => f.key === found[0].key && f.kind === found[0].kind)) {
        const possible = found.map((f) => `'--${f.name}'`).join(" ");
        throw new UsageError(`option '${arg}' is ambiguous; possibilities: ${possible}`);
      }
      const { name, kind, key } = found[0];
      if (kind === 0) {
        if (equals >= 0) throw new UsageError(`option '--${name}' doesn't allow an argument`);
        options.push([key, ""]);
      } else if (equals >= 0) options.push([key, arg.slice(equals + 1)]);
      else if (kind === 2) options.push([key, ""]);
      else if (i + 1 < args.length) options.push([key, args[++i]]);
      else throw new UsageError(`option '--${name}' requires an argument`);
      continue;
    }
    if (arg.startsWith("-") && arg.length > 1) {
      for (let at = 1; at < arg.length; at++) {
        const key = arg[at];
        const kind = spec.get(key);
        if (kind === undefined) throw new UsageError(`invalid option -- '${key}'`);
        if (kind === 0) {
          options.push([key, ""]);
          continue;
        }
        const attached = arg.slice(at + 1);
        if (attached !== "" || kind === 2) options.push([key, attached]);
        else if (i + 1 < args.length) options.push([key, args[++i]]);
        else throw new UsageError(`option requires an argument -- '${key}'`);
        break;
      }
      continue;
    }
    if (stopAtOperand) {
      rest.push(...args.slice(i));
      break;
    }
    rest.push(arg);
  }
  return {
    options,
    rest,
    has: (key) => options.some(([k]) => k === key),
    get: (key) => options.findLast(([k]) => k === key)?.[1],
  };
}
