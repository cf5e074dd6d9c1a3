import { parse } from "../wire/ipv4.ts";
import type { Process } from "./process.ts";
import { readText } from "./vfs.ts";

function hosts(proc: Process): string[][] {
  try {
    return readText(proc, "/etc/hosts")
      .split("\n")
      .map((line) => line.replace(/#.*/, "").trim().split(/\s+/))
      .filter((words) => words.length > 1);
  } catch {
    return [];
  }
}

/** inet_aton: "10.1" is 10.0.0.1, parts may be hexadecimal or octal. */
export function parseAddress(text: string): number | undefined {
  const dotted = parse(text);
  if (dotted !== undefined) return dotted;
  const parts = text.split(".");
  if (parts.length > 4) return undefined;
  const numbers = parts.map((p) =>
    /^0x[0-9a-f]+$/i.test(p) || /^[1-9]\d*$/.test(p) || p === "0"
      ? Number(p)
      : /^0[0-7]+$/.test(p)
        ? Number.parseInt(p, 8)
        : Number.NaN,
  );
  if (numbers.some((n) => Number.isNaN(n))) return undefined;
  const last = numbers.pop() as number;
  if (numbers.some((n) => n > 255) || last >= 256 ** (4 - numbers.length)) return undefined;
  return numbers.reduce((sum, n, i) => sum + n * 256 ** (3 - i), 0) + last;
}

/** The IPv4 address of a name in /etc/hosts; a lab has no name server. */
export function lookupName(proc: Process, name: string): number | undefined {
  for (const [address, ...names] of hosts(proc)) {
    if (!names.some((n) => n.toLowerCase() === name.toLowerCase())) continue;
    const found = parse(address);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What getaddrinfo calls the canonical name: the first of its line in /etc/hosts. */
export function canonicalName(proc: Process, name: string): string {
  const line = hosts(proc).find(([, ...names]) => names.some((n) => n.toLowerCase() === name.toLowerCase()));
  return line?.[1] ?? name;
}

/** The first name of an address in /etc/hosts. */
export function lookupAddress(proc: Process, address: number): string | undefined {
  return hosts(proc).find(([text]) => parse(text) === address)?.[1];
}

/** What getaddrinfo says when no name server answers. */
export const NO_NAME_SERVER = "Temporary failure in name resolution";
