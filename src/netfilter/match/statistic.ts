import { real, uint } from "../argument.ts";
import { match, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";

interface Statistic {
  mode: "random" | "nth";
  /** In units of 1/2^31. */
  probability: number;
  every: number;
  packet: number;
  inverted: boolean;
}

const UNIT = 0x80000000;

const probabilityText = (data: Statistic): string => (data.probability / UNIT).toFixed(11);

export const statistic = match<Statistic>({
  name: "statistic",
  families: BOTH,
  stateless: false,
  help: `statistic match options:
 --mode mode                    Match mode (random, nth)
 random mode:
[!] --probability p		 Probability
 nth mode:
[!] --every n			 Match every nth packet
 --packet p			 Initial counter value (0 <= p <= n-1, default 0)
`,
  options: [
    {
      name: "mode",
      arg: "mode",
      required: true,
      values: ["random", "nth"],
      parse(data, value) {
        if (value !== "random" && value !== "nth") throw new UsageError(`Bad mode "${value}"`);
        data.mode = value;
      },
    },
    {
      name: "probability",
      arg: "p",
      invertible: true,
      parse(data, value, use) {
        data.probability = Math.round(UNIT * real(value, use, 0, 1));
        data.inverted = use.inverted;
      },
    },
    {
      name: "every",
      arg: "n",
      invertible: true,
      excludes: ["probability"],
      requires: ["packet"],
      parse(data, value, use) {
        data.every = uint(value, use, 0xffffffff, 1);
        data.inverted = use.inverted;
      },
    },
    {
      name: "packet",
      arg: "p",
      requires: ["every"],
      parse(data, value, use) {
        data.packet = uint(value, use, 0xffffffff);
      },
    },
  ],
  initial: () => ({ mode: "random", probability: 0, every: 0, packet: 0, inverted: false }),
  check(data, given) {
    if (data.mode === "random" && !given.has("probability"))
      throw new UsageError("--probability must be specified when using random mode");
    if (data.mode === "nth" && !given.has("every") && !given.has("packet"))
      throw new UsageError("--every and --packet must be specified when using nth mode");
    // A packet number at or above "every" could never be met.
    if (given.has("packet") && data.packet >= data.every)
      throw new UsageError("the --packet p must be 0 <= p <= n-1");
  },
  judge(data) {
    const { probability, every, packet, inverted } = data;
    if (data.mode === "random")
      return (_pkt, state) => (state.host.random.u32() & 0x7fffffff) < probability !== inverted;
    // statistic_mt: counts up to every − 1 and matches there; the start is chosen so that `packet` is met.
    let count = every - 1 - packet;
    return () => {
      const last = count === every - 1;
      count = last ? 0 : count + 1;
      return last !== inverted;
    };
  },
  explain: (data) => (data.mode === "random" ? "chance decided against it" : "not this packet's turn"),
  print(data) {
    const not = data.inverted ? "! " : "";
    if (data.mode === "random") return `statistic mode random ${not}probability ${probabilityText(data)}`;
    return `statistic mode nth ${not}every ${data.every}${data.packet > 0 ? ` packet ${data.packet}` : ""}`;
  },
  save(data) {
    const not = data.inverted ? "! " : "";
    if (data.mode === "random") return `--mode random ${not}--probability ${probabilityText(data)}`;
    return `--mode nth ${not}--every ${data.every} --packet ${data.packet}`;
  },
});
