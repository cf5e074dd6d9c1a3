import { hostMask, integer } from "../../netfilter/argument.ts";
import { UsageError } from "../../netfilter/extension.ts";
import { findTarget } from "../../netfilter/registry.ts";
import type { AddressMatch4, InterfaceMatch } from "../../netfilter/rule.ts";
import type { Tool } from "./tool.ts";
import { isKnownElsewhere } from "./unmodelled.ts";

/** Names of verdicts, which no chain may have. */
export const VERDICTS: ReadonlySet<string> = new Set(["ACCEPT", "DROP", "RETURN", "QUEUE"]);
export const MAX_NAME = 29;

export function ruleNumber(text: string): number {
  const value = integer(text, 1, 0xffffffff);
  if (value === undefined) throw new UsageError(`Invalid rule number \`${text}'`);
  return value;
}

/** xtables_parse_interface */
export function parseInterface(text: string, inverted: boolean, tool: Tool): InterfaceMatch {
  if (text === "") throw new UsageError("Empty interface is likely to be undesired");
  if (text.length > 15) throw new UsageError(`interface name \`${text}' must be shorter than IFNAMSIZ (15)`);
  if (/[/ ]/.test(text))
    tool.err(
      `Warning: weird character in interface \`${text}' ('/' and ' ' are not allowed by the kernel).\n`,
    );
  const wildcard = text.endsWith("+");
  return { name: wildcard ? text.slice(0, -1) : text, wildcard, inverted };
}

/** "a,b/8,c": each may be several addresses. Addresses of one mask that are all of the net ask nothing. */
export function parseAddresses(
  text: string | undefined,
  inverted: boolean,
  tool: Tool,
): readonly (AddressMatch4 | null)[] {
  if (text === undefined) return ANY;
  const found: (AddressMatch4 | null)[] = [];
  for (const part of text.includes(",") ? text.split(",") : [text]) {
    const { addresses, mask } = hostMask(part.trimStart(), tool.hosts.resolve);
    for (const address of addresses) found.push(mask === 0 && !inverted ? null : { address, mask, inverted });
  }
  return found;
}

/** xt_parse_target's checks of a name behind -j and -g. */
export function checkJump(name: string): void {
  if (name.length < 1) throw new UsageError("Invalid target name (too short)");
  if (name.length >= MAX_NAME)
    throw new UsageError(`Invalid target name \`${name}' (${MAX_NAME - 1} chars max)`);
  if (/\s/.test(name)) throw new UsageError(`Invalid target name \`${name}'`);
}

/** assert_valid_chain_name */
export function checkChainName(name: string): void {
  if (name[0] === "-" || name[0] === "!")
    throw new UsageError(`chain name not allowed to start with \`${name[0]}'`);
  if (VERDICTS.has(name) || findTarget(name, "ipv4") !== undefined || isKnownElsewhere("target", name))
    throw new UsageError("chain name may not clash with target name");
  if (/\s/.test(name)) throw new UsageError(`Invalid chain name \`${name}'`);
}

/** Any address. */
export const ANY: readonly null[] = [null];
