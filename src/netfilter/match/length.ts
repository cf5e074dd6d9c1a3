import { totalLength } from "../../wire/ipv4.ts";
import { rangeText, uintRange } from "../argument.ts";
import { match } from "../extension.ts";
import { BOTH } from "../headers.ts";

interface Length {
  low: number;
  high: number;
  inverted: boolean;
}

export const length = match<Length>({
  name: "length",
  families: BOTH,
  stateless: true,
  help: `length match options:
[!] --length length[:length]    Match packet length against value or range
                                of values (inclusive)
`,
  options: [
    {
      name: "length",
      arg: "length[:length]",
      invertible: true,
      required: true,
      parse(data, value, use) {
        [data.low, data.high] = uintRange(value, use, 0xffff);
        data.inverted = use.inverted;
      },
    },
  ],
  initial: () => ({ low: 0, high: 0xffff, inverted: false }),
  judge({ low, high, inverted }) {
    return (pkt) => {
      const bytes = totalLength(pkt.data, pkt.net);
      return (bytes >= low && bytes <= high) !== inverted;
    };
  },
  explain: (data, pkt) =>
    `length ${totalLength(pkt.data, pkt.net)} is ${data.inverted ? "" : "not "}${rangeText(data.low, data.high)}`,
  print: (data) => `length ${data.inverted ? "!" : ""}${rangeText(data.low, data.high)}`,
  save: (data) => `${data.inverted ? "! " : ""}--length ${rangeText(data.low, data.high)}`,
});
