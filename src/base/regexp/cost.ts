import type { Node } from "./parse.ts";

/**
 * What the host's matcher, which tries one way after the other, may need for this expression, as exponents: about
 * length^loops × ways. Null: it may need time without bound, or would not find the longest match.
 *
 * A sequence of single characters, each repeated greedily, is safe: its loops do not nest, and its first match is
 * also the longest (a way that is ahead at one element can only be overtaken where both ways meet, and from there
 * they go on alike). So is a fixed number of such sequences, and a choice of words, longest first, with no more
 * characters after it.
 */
export interface HostCost {
  readonly loops: number;
  readonly ways: number;
}

const FREE: HostCost = { loops: 0, ways: 1 };

/** `longest`: the longest match is wanted, as POSIX has it. `last`: no characters follow. */
export function hostCost(node: Node, longest: boolean, last = true): HostCost | null {
  switch (node.kind) {
    case "set":
    case "assert":
      return FREE;
    case "group":
      return hostCost(node.node, longest, last);
    case "look":
      return node.node.kind === "set" ? FREE : null;
    case "back":
      return null;
    case "sequence": {
      let total = FREE;
      // From the end, so that what follows an item is known.
      let ends = last;
      for (let i = node.items.length - 1; i >= 0; i--) {
        const item = node.items[i];
        const cost = hostCost(item, longest, ends);
        if (!cost) return null;
        if (cost !== FREE) total = { loops: total.loops + cost.loops, ways: total.ways * cost.ways };
        if (item.kind !== "assert" && item.kind !== "look") ends = false;
      }
      return total;
    }
    case "repeat": {
      if (node.min === node.max) {
        const cost = hostCost(node.node, longest, false);
        return cost && node.max < 1000 ? { loops: cost.loops * node.max, ways: cost.ways ** node.max } : null;
      }
      if (node.node.kind !== "set" || (longest && !node.greedy)) return null;
      if (node.max === Number.POSITIVE_INFINITY) return { loops: 1, ways: 1 };
      return { loops: 0, ways: node.max - node.min + 1 };
    }
    case "choice": {
      if (!longest) return choiceCost(node.options, false);
      if (!last) return null;
      let before = Number.POSITIVE_INFINITY;
      for (const option of node.options) {
        const length = wordLength(option);
        if (length === null || length > before) return null;
        before = length;
      }
      // The words are tried one after the other, and each fails or holds at once.
      return FREE;
    }
  }
}

function choiceCost(options: readonly Node[], longest: boolean): HostCost | null {
  let loops = 0;
  let ways = 0;
  for (const option of options) {
    const cost = hostCost(option, longest);
    if (!cost) return null;
    loops = Math.max(loops, cost.loops);
    ways += cost.ways;
  }
  return { loops, ways };
}

/** How many characters a word has; null when it is not a plain sequence of single characters. */
function wordLength(node: Node): number | null {
  if (node.kind === "set") return 1;
  if (node.kind !== "sequence") return null;
  return node.items.every((n) => n.kind === "set") ? node.items.length : null;
}

/** The expression can match at the beginning alone. */
export function anchored(node: Node): boolean {
  if (node.kind === "assert") return node.what === "^";
  if (node.kind === "group") return anchored(node.node);
  return node.kind === "sequence" && node.items.length > 0 && anchored(node.items[0]);
}
