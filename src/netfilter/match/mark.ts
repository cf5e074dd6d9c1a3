import { hex, markMask, markText } from "../argument.ts";
import { match } from "../extension.ts";
import { BOTH } from "../headers.ts";

interface Mark {
  mark: number;
  mask: number;
  inverted: boolean;
}

export const mark = match<Mark>({
  name: "mark",
  families: BOTH,
  stateless: false,
  help: `mark match options:
[!] --mark value[/mask]    Match nfmark value with optional mask
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
    return (pkt) => ((pkt.mark & mask) >>> 0 === mark) !== inverted;
  },
  explain: (data, pkt) =>
    `mark ${hex(pkt.mark >>> 0)} is ${data.inverted ? "" : "not "}${markText(data.mark, data.mask)}`,
  print: (data) => `mark match ${data.inverted ? "! " : ""}${markText(data.mark, data.mask)}`,
  save: (data) => `${data.inverted ? "! " : ""}--mark ${markText(data.mark, data.mask)}`,
});
