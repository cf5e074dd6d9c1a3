import { match } from "../extension.ts";
import { BOTH } from "../headers.ts";
import { parseNames, STATES, stateBits, stateNames } from "./ctstate.ts";

interface State {
  bits: number;
  inverted: boolean;
}

const KNOWN = STATES.slice(0, 5);

export const state = match<State>({
  name: "state",
  families: BOTH,
  stateless: false,
  needsConntrack: true,
  help: `state match options:
 [!] --state [INVALID|ESTABLISHED|NEW|RELATED|UNTRACKED][,...]
				State(s) to match
`,
  options: [
    {
      name: "state",
      arg: "state[,...]",
      invertible: true,
      required: true,
      values: KNOWN.map(([name]) => name),
      parse(data, value, use) {
        data.bits = parseNames(value, KNOWN, "state", "state");
        data.inverted = use.inverted;
      },
    },
  ],
  initial: () => ({ bits: 0, inverted: false }),
  judge({ bits, inverted }) {
    return (pkt) => ((stateBits(pkt) & bits) !== 0) !== inverted;
  },
  explain: (data, pkt) =>
    `state is ${stateNames(stateBits(pkt) & 0x1f)}, ${data.inverted ? "which is excluded" : `not ${stateNames(data.bits)}`}`,
  print: (data) => `${data.inverted ? "! " : ""}state ${stateNames(data.bits)}`,
  save: (data) => `${data.inverted ? "! " : ""}--state ${stateNames(data.bits)}`,
});
