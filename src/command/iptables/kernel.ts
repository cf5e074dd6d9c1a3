import { type Errno, strerror } from "../../base/errno.ts";
import type { Extension } from "../../netfilter/extension.ts";
import { HOOK_NAMES, type TableName } from "../../netfilter/hooks.ts";
import type { Variant } from "../../netfilter/netfilter.ts";
import type { Rule } from "../../netfilter/rule.ts";
import { contextOf } from "../../netfilter/ruletext.ts";
import type { Chain, Table } from "../../netfilter/table.ts";

/** What the kernel's side of rule changes checks: whether an extension may stand where it is put. */

/** The hooks that lead to each chain, through jumps. */
export function hooksByChain(table: Table): Map<Chain, Set<number>> {
  const found = new Map<Chain, Set<number>>();
  const visit = (chain: Chain, hook: number): void => {
    let hooks = found.get(chain);
    if (hooks === undefined) found.set(chain, (hooks = new Set()));
    if (hooks.has(hook)) return;
    hooks.add(hook);
    for (const { action } of chain.rules)
      if (action.kind === "jump" || action.kind === "goto") visit(action.chain, hook);
  };
  for (const chain of table.chains.values())
    if (chain.hook !== null) visit(chain, HOOK_NAMES.indexOf(chain.hook));
  return found;
}

const picky = (extension: Extension<unknown>): boolean =>
  extension.hooks !== undefined ||
  extension.tables !== undefined ||
  extension.protocols !== undefined ||
  extension.refuse !== undefined;

/** True when a rule's place matters to one of its extensions. */
export function isPicky({ matches, action }: Rule, variant: Variant): boolean {
  const asks = (extension: Extension<unknown>, data: unknown) =>
    picky(extension) && !(variant === "nft" && extension.native?.(data));
  for (let i = 0; i < matches.length; i++) if (asks(matches[i].match, matches[i].data)) return true;
  return action.kind === "target" && asks(action.bound.target, action.bound.data);
}

/** xt_check_match and xt_check_target: what the kernel answers to this rule in a chain that `hooks` lead to. */
export function refusal(
  rule: Rule,
  table: Table,
  chain: Chain,
  hooks: ReadonlySet<number> | undefined,
  variant: Variant,
): Errno | undefined {
  const numbers = [...(hooks ?? [])];
  // nft_target_set_tgchk_param: checkentry hears of a base chain's own hook, and of none in a user's chain; only `hooks` is
  // looked at again when a jump leads there (nft_target_validate).
  const entered =
    variant === "legacy" ? numbers : chain.hook === null ? [] : [HOOK_NAMES.indexOf(chain.hook)];
  const context = contextOf(rule, table.family, table.name, chain.name);
  const check = (extension: Extension<unknown>, data: unknown): Errno | undefined => {
    if (extension.native?.(data) && variant === "nft") return undefined;
    if (extension.tables && !extension.tables.includes(table.name as TableName)) return "EINVAL";
    if (extension.protocols && (rule.protocolInverted || !extension.protocols.includes(rule.protocol)))
      return "EINVAL";
    const allowed = extension.hooks;
    if (allowed && numbers.some((hook) => !allowed.includes(HOOK_NAMES[hook]))) return "EINVAL";
    return extension.refuse?.(data, context, entered);
  };
  for (const { match, data } of rule.matches) {
    const errno = check(match, data);
    if (errno !== undefined) return errno;
  }
  return rule.action.kind === "target" ? check(rule.action.bound.target, rule.action.bound.data) : undefined;
}

/** The first refusal in the whole table, where a jump may have brought chains under new hooks. */
export function tableRefusal(table: Table, variant: Variant): Errno | undefined {
  const hooks = hooksByChain(table);
  for (const chain of table.chains.values())
    for (const rule of chain.rules)
      if (isPicky(rule, variant)) {
        const errno = refusal(rule, table, chain, hooks.get(chain), variant);
        if (errno !== undefined) return errno;
      }
  return undefined;
}

/** What the old interface prints for an errno (iptc_strerror, for rule changes). */
export function legacyText(errno: Errno): string {
  return errno === "EINVAL" || errno === "EPERM"
    ? `${strerror(errno)}. Run \`dmesg' for more information`
    : strerror(errno);
}
