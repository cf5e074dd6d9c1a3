import { noteWork } from "../work.ts";
import { anchored, hostCost } from "./cost.ts";
import { Matcher, type Preference } from "./match.ts";
import { parseRegExp, type Tree } from "./parse.ts";
import { compile, type Program } from "./program.ts";

/** What the host's matcher may be trusted with: steps, at worst. */
const HOST_STEPS = 2 ** 24;

/**
 * A RegExp that cannot run away. Where the host's matcher might need time without bound (nested repetitions, many
 * loops on a long line), or would not find POSIX's leftmost-longest match, our own matcher searches, in linear time.
 * Everything that takes a RegExp takes this one (replace, matchAll, split, test).
 * Throws WorkExhausted when one search asks too much.
 *
 * Of several ways to the longest match the groups show the first: for "(a|ab)(c|bcd)" that may differ from glibc.
 * A lazy loop in another loop, where it cannot be left to the host, is left as early as it may be.
 */
export class BoundedRegExp extends RegExp {
  /** The longest of the leftmost matches, as POSIX; else the first way that matches, as Perl. */
  readonly longest: boolean;
  private readonly tree: Tree;
  /** What the host's matcher may need, as exponents of the text's length; null: nothing of a loop. */
  private readonly cost: { readonly loops: number; readonly ways: number } | null = null;
  private program: Program | null = null;

  constructor(source: string | RegExp, flags?: string, longest?: boolean) {
    super(source, flags);
    this.longest = longest ?? (source instanceof BoundedRegExp && source.longest);
    this.tree = parseRegExp(this.source, this.unicode);
    const { node } = this.tree;
    const cost = hostCost(node, this.longest);
    if (!cost) this.cost = { loops: Number.POSITIVE_INFINITY, ways: 1 };
    else if (cost.loops > 0 || cost.ways > 1) {
      // A search from every place is one loop more.
      const search = anchored(node) && !this.multiline ? 0 : 1;
      this.cost = { loops: cost.loops + search, ways: cost.ways };
    }
  }

  override exec(text: string): RegExpExecArray | null {
    const { cost } = this;
    if (cost !== null && (text.length + 1) ** cost.loops * cost.ways > HOST_STEPS) return this.search(text);
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const found = super.exec(text);
    if (found) noteWork(found.index + found[0].length - from);
    else if (!this.sticky) noteWork(text.length - from);
    return found;
  }

  /** Where the longest or shortest match that begins with the text ends; −1 when none does. */
  prefix(text: string, prefer: "longest" | "shortest"): number {
    const matcher = this.matcher(text, prefer);
    return matcher.search(0, true) ? matcher.slots[1] : -1;
  }

  /** Where the longest or shortest match that ends with the text begins; −1 when none does. */
  suffix(text: string, prefer: "longest" | "shortest"): number {
    const matcher = this.matcher(text, prefer);
    return prefer === "longest" ? matcher.firstSuffix() : matcher.lastSuffix();
  }

  private matcher(text: string, prefer: Preference): Matcher {
    this.program ??= compile(this.tree, this.flags);
    const { multiline, unicode, ignoreCase } = this;
    return new Matcher(this.program, text, { prefer, multiline, unicode, ignoreCase });
  }

  private search(text: string): RegExpExecArray | null {
    const moving = this.global || this.sticky;
    const from = moving ? this.lastIndex : 0;
    const { tree } = this;
    const matcher = this.matcher(text, this.longest ? "longest" : "first");
    if (from > text.length || !matcher.search(from, this.sticky)) {
      if (moving) this.lastIndex = 0;
      return null;
    }
    const { slots } = matcher;
    const found: (string | undefined)[] = [];
    for (let i = 0; i <= tree.groups; i++)
      found.push(
        slots[2 * i + 1] < 0 || slots[2 * i] < 0 ? undefined : text.slice(slots[2 * i], slots[2 * i + 1]),
      );
    if (moving) this.lastIndex = slots[1];
    const groups =
      tree.names.size === 0
        ? undefined
        : Object.fromEntries([...tree.names].map(([name, index]) => [name, found[index]]));
    return Object.assign(found, { index: slots[0], input: text, groups }) as RegExpExecArray;
  }
}
