import { hex, markMask, markText } from "../argument.ts";
import { match } from "../extension.ts";
import { BOTH } from "../headers.ts";

interface ConnMark {
  mark: number;
  mask: number;
  inverted: boolean;
}

export const connmark = match<ConnMark>({
  name: "connmark",
  families: BOTH,
  stateless: false,
  needsConntrack: true,
  help: `connmark match options:
[!] --mark value[/mask]    Match ctmark value with optional mask
`,
  options: [
    {
      name: "mark",
      arg: "value[/mask]",
      invertible: true,
      required: true,
      parse: (data, value, use) => Object.assign(data, markMask(value, use), { inverted: use.inverted }),
    },
  ],
  initial: () => ({ mark: 0, mask: 0xffffffff, inverted: false }),
  judge({ mark, mask, inverted }) {
    // connmark_mt: no connection, no match, inverted or not.
    return ({ ct }) => ct !== null && ((ct.mark & mask) >>> 0 === mark) !== inverted;
  },
  explain: (data, pkt) =>
    pkt.ct === null
      ? "it belongs to no connection"
      : `connection mark ${hex(pkt.ct.mark >>> 0)} is ${data.inverted ? "" : "not "}${markText(data.mark, data.mask)}`,
  print: (data) => `connmark match ${data.inverted ? "!" : ""} ${markText(data.mark, data.mask)}`,
  save: (data) => `${data.inverted ? "! " : ""}--mark ${markText(data.mark, data.mask)}`,
});
