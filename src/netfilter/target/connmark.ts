import { hex, uint } from "../argument.ts";
import { type Option, TARGET_CONTINUE, target, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";
import { change, changeText, type MarkChange, markOptions } from "./mark.ts";

interface ConnMark extends MarkChange {
  mode: "set" | "save" | "restore" | null;
  nfmask: number;
  ctmask: number;
  shift: { direction: "left" | "right"; bits: number } | null;
}

const mask = (
  name: string,
  excludes: readonly string[],
  take: (data: ConnMark, value: number) => void,
): Option<ConnMark> => ({
  name,
  arg: "mask",
  excludes,
  parse: (data, value, use) => take(data, uint(value, use, 0xffffffff)),
});

const shiftOption = (direction: "left" | "right"): Option<ConnMark> => ({
  name: `${direction}-shift-mark`,
  arg: "value",
  excludes: [direction === "left" ? "right-shift-mark" : "left-shift-mark"],
  parse(data, value, use) {
    data.shift = { direction, bits: uint(value, use, 32) };
  },
});

function shifted(value: number, shift: ConnMark["shift"]): number {
  if (shift === null) return value;
  return shift.direction === "left" ? (value << shift.bits) >>> 0 : value >>> shift.bits;
}

const shiftText = ({ shift }: ConnMark): string =>
  shift ? ` ${shift.direction}-shift-mark ${shift.bits}` : "";

const MODES = ["set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark"];

export const CONNMARK = target<ConnMark>({
  name: "CONNMARK",
  families: BOTH,
  terminating: false,
  needsConntrack: true,
  help: `CONNMARK target options:
  --set-xmark value[/ctmask]    Zero mask bits and XOR ctmark with value
  --save-mark [--ctmask mask] [--nfmask mask]
                                Copy ctmark to nfmark using masks
  --restore-mark [--ctmask mask] [--nfmask mask]
                                Copy nfmark to ctmark using masks
  --set-mark value[/mask]       Set conntrack mark value
  --save-mark [--mask mask]     Save the packet nfmark in the connection
  --restore-mark [--mask mask]  Restore saved nfmark value
  --and-mark value              Binary AND the ctmark with bits
  --or-mark value               Binary OR  the ctmark with bits
  --xor-mark value              Binary XOR the ctmark with bits
  --left-shift-mark value       Left shift the ctmark with bits
  --right-shift-mark value      Right shift the ctmark with bits
`,
  options: [
    ...markOptions<ConnMark>(["save-mark", "restore-mark"], (data) => {
      data.mode = "set";
    }),
    {
      name: "save-mark",
      excludes: [...MODES, "restore-mark"],
      parse(data) {
        data.mode = "save";
      },
    },
    {
      name: "restore-mark",
      excludes: [...MODES, "save-mark"],
      parse(data) {
        data.mode = "restore";
      },
    },
    shiftOption("left"),
    shiftOption("right"),
    mask("ctmask", ["mask"], (data, value) => {
      data.ctmask = value;
    }),
    mask("nfmask", ["mask"], (data, value) => {
      data.nfmask = value;
    }),
    mask("mask", ["ctmask", "nfmask"], (data, value) => {
      data.nfmask = data.ctmask = value;
    }),
  ],
  initial: () => ({ mode: null, mark: 0, mask: 0, nfmask: 0xffffffff, ctmask: 0xffffffff, shift: null }),
  check(data) {
    if (data.mode === null) throw new UsageError("CONNMARK target: No operation specified");
  },
  apply: (data) => (pkt, state) => {
    const { ct } = pkt;
    if (ct === null) return TARGET_CONTINUE;
    if (data.mode === "restore") {
      const old = pkt.mark;
      pkt.mark = change(old, { mask: data.nfmask, mark: shifted((ct.mark & data.ctmask) >>> 0, data.shift) });
      const { walk } = state.host;
      if (walk !== null && pkt.mark !== old)
        walk.emit(state.host.name, {
          kind: "change",
          packet: pkt.id,
          field: "mark",
          from: hex(old >>> 0),
          to: hex(pkt.mark),
          by: "CONNMARK",
        });
      return TARGET_CONTINUE;
    }
    const now =
      data.mode === "set"
        ? shifted(change(ct.mark, data), data.shift)
        : change(ct.mark, { mask: data.ctmask, mark: shifted((pkt.mark & data.nfmask) >>> 0, data.shift) });
    if (now !== ct.mark) state.conntrack.setMark(ct, now);
    return TARGET_CONTINUE;
  },
  print(data) {
    const { nfmask, ctmask } = data;
    if (data.mode === "set") return `CONNMARK ${changeText(data)}${shiftText(data)}`;
    let masks = "";
    if (nfmask !== ctmask)
      masks =
        data.mode === "save"
          ? ` nfmask ${hex(nfmask)} ctmask ~${hex(ctmask)}`
          : ` ctmask ${hex(ctmask)} nfmask ~${hex(nfmask)}`;
    else if (nfmask !== 0xffffffff) masks = ` mask ${hex(nfmask)}`;
    return `CONNMARK ${data.mode}${masks}${shiftText(data)}`;
  },
  save(data) {
    const shift = data.shift ? ` --${shiftText(data).trim()}` : "";
    if (data.mode === "set") return `--set-xmark ${hex(data.mark)}/${hex(data.mask)}${shift}`;
    return `--${data.mode}-mark --nfmask ${hex(data.nfmask)} --ctmask ${hex(data.ctmask)}${shift}`;
  },
});
