import { SECOND } from "../../base/clock.ts";
import { uint } from "../argument.ts";
import { match, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";

/** `average` is the time between packets in units of 1/10000 s (XT_LIMIT_SCALE), as the tool keeps it. */
interface Limit {
  average: number;
  burst: number;
}

export const SCALE = 10000;
const UNITS = [
  ["day", 86400],
  ["hour", 3600],
  ["min", 60],
  ["sec", 1],
] as const;
const WORDS = ["second", "minute", "hour", "day"] as const;
const SPAN = { second: 1, minute: 60, hour: 3600, day: 86400 } as const;

/** parse_rate: "5", "5/min"; the unit may be shortened to a letter. */
export function parseRate(text: string): number {
  const slash = text.indexOf("/");
  const unit = slash < 0 ? "second" : text.slice(slash + 1).toLowerCase();
  const word = unit === "" ? undefined : WORDS.find((name) => name.startsWith(unit));
  const count = Number.parseInt(text, 10);
  if (word === undefined || !(count > 0)) throw new UsageError(`bad rate "${text}"'`);
  const average = Math.floor((SCALE * SPAN[word]) / count);
  if (average === 0) throw new UsageError(`Rate too fast "${text}"`);
  return average;
}

/** print_rate: the largest unit that loses nothing; what nf_tables is told, too. */
export function rate(average: number): { count: number; unit: string; seconds: number } {
  let i = 1;
  for (; i < UNITS.length; i++) {
    const span = UNITS[i][1] * SCALE;
    if (average > span || Math.floor(span / average) < span % average) break;
  }
  const [unit, seconds] = UNITS[i - 1];
  return { count: Math.floor((seconds * SCALE) / average), unit, seconds };
}

const rateText = (data: Limit): string => {
  const { count, unit } = rate(data.average);
  return `${count}/${unit}`;
};

export const limit = match<Limit>({
  name: "limit",
  families: BOTH,
  stateless: false,
  help: `limit match options:
--limit avg			max average match rate: default 3/hour
                                [Packets per second unless followed by 
                                /sec /minute /hour /day postfixes]
--limit-burst number		number to match in a burst, default 5
`,
  options: [
    {
      name: "limit",
      arg: "avg",
      parse(data, value) {
        data.average = parseRate(value);
      },
    },
    {
      name: "limit-burst",
      arg: "number",
      parse(data, value, use) {
        // nf_tables takes 0 as "the default".
        data.burst = uint(value, use, 10000) || 5;
      },
    },
  ],
  initial: () => ({ average: parseRate("3/hour"), burst: 5 }),
  /** nft_limit_eval: a bucket of time. A packet costs the time between two at the rate; the bucket holds
   *  `burst` of them and is full when the rule is made. */
  judge(data) {
    const { count, seconds } = rate(data.average);
    const cost = Math.floor((seconds * SECOND) / count);
    const full = cost * data.burst;
    let tokens = full;
    let last = 0;
    return (_pkt, state) => {
      const now = state.host.clock.now;
      tokens = Math.min(tokens + now - last, full);
      last = now;
      if (tokens < cost) return false;
      tokens -= cost;
      return true;
    };
  },
  explain: (data) => `over the limit of ${rateText(data)}, burst ${data.burst}`,
  print: (data) => `limit: avg ${rateText(data)} burst ${data.burst}`,
  save: (data) => `--limit ${rateText(data)}${data.burst === 5 ? "" : ` --limit-burst ${data.burst}`}`,
});
