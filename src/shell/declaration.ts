import { quoteAlways, quoteDeclare } from "./quote.ts";
import type { Variable } from "./variables.ts";

/** A variable as `declare -p` prints it ("declare"), or as ${x@A} does ("assign"). */
export function declaration(name: string, v: Variable, style: "declare" | "assign" = "declare"): string {
  const attributes = v.attributes;
  const flags = attributes === "" ? "--" : `-${attributes}`;
  if (v.indexed) {
    if (v.indexed.size === 0) return `declare ${flags} ${name}=()`;
    const items = v.keys().map((k) => `[${k}]=${quoteDeclare(v.indexed?.get(Number(k)) ?? "")}`);
    return `declare ${flags} ${name}=(${items.join(" ")})`;
  }
  if (v.assoc) {
    const items = [...v.assoc].map(
      ([k, value]) => `[${/^[\w.:/@%+-]+$/.test(k) ? k : quoteDeclare(k)}]=${quoteDeclare(value)} `,
    );
    return `declare ${flags} ${name}=(${items.join("")})`;
  }
  if (style === "assign") {
    const value = quoteAlways(v.value ?? "");
    return attributes === "" ? `${name}=${value}` : `declare ${flags} ${name}=${value}`;
  }
  return v.value === undefined
    ? `declare ${flags} ${name}`
    : `declare ${flags} ${name}=${quoteDeclare(v.value)}`;
}
