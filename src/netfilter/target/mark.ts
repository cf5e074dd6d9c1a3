import { hex, markMask, markText } from "../argument.ts";
import { type Option, TARGET_CONTINUE, target, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";

/** What happens to a mark: the bits of `mask` are cleared, then `mark` is flipped in. */
export interface MarkChange {
  mark: number;
  mask: number;
}

const WORDS = ["set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark"] as const;

export const change = (old: number, { mark, mask }: MarkChange): number => ((old & ~mask) ^ mark) >>> 0;

/** "set 0x1", "and 0xff", "xset 0x1/0xff": as -L shows a change. */
export function changeText({ mark, mask }: MarkChange): string {
  if (mark === 0) return `and ${hex(~mask >>> 0)}`;
  if (mark === mask) return `or ${hex(mark)}`;
  if (mask === 0) return `xor ${hex(mark)}`;
  if (mask === 0xffffffff) return `set ${hex(mark)}`;
  return `xset ${markText(mark, mask)}`;
}

/** The five options that MARK and CONNMARK share. */
export function markOptions<D extends MarkChange>(
  others: readonly string[],
  done?: (data: D) => void,
): Option<D>[] {
  return WORDS.map((name) => ({
    name,
    arg: name.startsWith("set") ? "value[/mask]" : "bits",
    excludes: [...WORDS, ...others].filter((other) => other !== name),
    parse(data, value, use) {
      const { mark, mask } = markMask(value, use);
      if (name === "set-xmark") Object.assign(data, { mark, mask });
      else if (name === "set-mark") Object.assign(data, { mark, mask: (mark | mask) >>> 0 });
      else if (name === "and-mark") Object.assign(data, { mark: 0, mask: ~mark >>> 0 });
      else if (name === "or-mark") Object.assign(data, { mark, mask: mark });
      else Object.assign(data, { mark, mask: 0 });
      done?.(data);
    },
  }));
}

export const MARK = target<MarkChange>({
  name: "MARK",
  families: BOTH,
  terminating: false,
  help: `MARK target options:
  --set-xmark value[/mask]  Clear bits in mask and XOR value into nfmark
  --set-mark value[/mask]   Clear bits in mask and OR value into nfmark
  --and-mark bits           Binary AND the nfmark with bits
  --or-mark bits            Binary OR the nfmark with bits
  --xor-mark bits           Binary XOR the nfmark with bits
`,
  options: markOptions([]),
  initial: () => ({ mark: 0, mask: 0 }),
  check(_data, given) {
    if (given.size === 0)
      throw new UsageError("MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required");
  },
  apply: (data) => (pkt, state) => {
    const old = pkt.mark;
    pkt.mark = change(old, data);
    const { walk } = state.host;
    if (walk !== null && pkt.mark !== old)
      walk.emit(state.host.name, {
        kind: "change",
        packet: pkt.id,
        field: "mark",
        from: hex(old >>> 0),
        to: hex(pkt.mark),
        by: "MARK",
      });
    return TARGET_CONTINUE;
  },
  print: (data) => `MARK ${changeText(data)}`,
  save: ({ mark, mask }) => `--set-xmark ${hex(mark)}/${hex(mask)}`,
});
