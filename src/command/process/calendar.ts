/** A moment in UTC, field by field. */
export interface TimeParts {
  readonly year: number;
  /** 1 … 12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 … 366 */
  readonly yearday: number;
}

/** Days since 1970-01-01 of a date (Howard Hinnant's days_from_civil). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yoe = y - era * 400;
  const doy = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy - 719468;
}

/** Splits ns since 1970; labs' machines keep UTC. */
export function timeParts(time: number): TimeParts {
  const seconds = Math.floor(time / 1e9);
  const nanosecond = Math.max(0, Math.round(time - seconds * 1e9));
  const days = Math.floor(seconds / 86400);
  const rest = seconds - days * 86400;
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const day = doy - Math.floor((153 * mp + 2) / 5) + 1;
  const month = mp < 10 ? mp + 3 : mp - 9;
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    nanosecond,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearday: days - daysFromCivil(year, 1, 1) + 1,
  };
}

export const MONTH_NAMES = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
export const DAY_NAMES = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** strftime in the C locale, with date's %N and padding flags. `time` is ns since 1970. */
export function strftime(format: string, time: number): string {
  const t = timeParts(time);
  const hour12 = t.hour % 12 === 0 ? 12 : t.hour % 12;
  const isoDay = t.weekday === 0 ? 7 : t.weekday;
  const isoWeek = (): [number, number] => {
    const thursday = t.yearday + 4 - isoDay;
    const length = (y: number) => daysFromCivil(y + 1, 1, 1) - daysFromCivil(y, 1, 1);
    if (thursday < 1) return [t.year - 1, Math.ceil((thursday + length(t.year - 1)) / 7)];
    if (thursday > length(t.year)) return [t.year + 1, 1];
    return [t.year, Math.ceil(thursday / 7)];
  };
  return format.replace(
    /%([-_0^#]?)(\d*)(:{0,3})([A-Za-z%+])/g,
    (whole, flag: string, width: string, colons: string, c: string) => {
      const number = (n: number, digits: number, fill = "0") => {
        const pad = flag === "-" ? "" : flag === "_" ? " " : flag === "0" ? "0" : fill;
        return pad === "" ? String(n) : String(n).padStart(width === "" ? digits : Number(width), pad);
      };
      const word = (s: string) => {
        const sized = width === "" ? s : s.padStart(Number(width));
        return flag === "^" || flag === "#" ? sized.toUpperCase() : sized;
      };
      switch (c) {
        case "Y":
          return number(t.year, 1);
        case "C":
          return number(Math.floor(t.year / 100), 2);
        case "y":
          return number(t.year % 100, 2);
        case "m":
          return number(t.month, 2);
        case "d":
          return number(t.day, 2);
        case "e":
          return number(t.day, 2, " ");
        case "H":
          return number(t.hour, 2);
        case "k":
          return number(t.hour, 2, " ");
        case "I":
          return number(hour12, 2);
        case "l":
          return number(hour12, 2, " ");
        case "M":
          return number(t.minute, 2);
        case "S":
          return number(t.second, 2);
        case "N": {
          const digits = String(t.nanosecond).padStart(9, "0");
          return width === ""
            ? flag === "-"
              ? digits.replace(/0+$/, "")
              : digits
            : digits.slice(0, Number(width)).padEnd(Number(width), "0");
        }
        case "s":
          return String(Math.floor(time / 1e9));
        case "j":
          return number(t.yearday, 3);
        case "u":
          return String(isoDay);
        case "w":
          return String(t.weekday);
        case "U":
          return number(Math.floor((t.yearday + 6 - t.weekday) / 7), 2);
        case "W":
          return number(Math.floor((t.yearday + 6 - ((t.weekday + 6) % 7)) / 7), 2);
        case "V":
          return number(isoWeek()[1], 2);
        case "G":
          return String(isoWeek()[0]);
        case "g":
          return number(isoWeek()[0] % 100, 2);
        case "a":
          return word(DAY_NAMES[t.weekday].slice(0, 3));
        case "A":
          return word(DAY_NAMES[t.weekday]);
        case "b":
        case "h":
          return word(MONTH_NAMES[t.month - 1].slice(0, 3));
        case "B":
          return word(MONTH_NAMES[t.month - 1]);
        case "p":
          return flag === "#" ? (t.hour < 12 ? "am" : "pm") : t.hour < 12 ? "AM" : "PM";
        case "P":
          return t.hour < 12 ? "am" : "pm";
        case "D":
        case "x":
          return strftime("%m/%d/%y", time);
        case "F":
          return strftime("%Y-%m-%d", time);
        case "T":
        case "X":
          return strftime("%H:%M:%S", time);
        case "R":
          return strftime("%H:%M", time);
        case "r":
          return strftime("%I:%M:%S %p", time);
        case "c":
          return strftime("%a %b %e %H:%M:%S %Y", time);
        case "z":
          return colons === "" ? "+0000" : colons === ":" ? "+00:00" : colons === "::" ? "+00:00:00" : "+00";
        case "Z":
          return "UTC";
        case "n":
          return "\n";
        case "t":
          return "\t";
        case "%":
          return "%";
        case "q":
          return String(Math.ceil(t.month / 3));
        default:
          return whole;
      }
    },
  );
}

const UNITS: Readonly<Record<string, number>> = {
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  hour: 3600,
  day: 86400,
  week: 604800,
  fortnight: 1209600,
};

/** The dates that people give to `date -d`: ns since 1970, or undefined. */
export function parseDate(text: string, now: number): number | undefined {
  let rest = text.trim().toLowerCase();
  const at = /^@(-?\d+(?:\.\d+)?)$/.exec(rest);
  if (at) return Number(at[1]) * 1e9;
  let time = now;
  let dated = false;
  const midnight = (t: number) => Math.floor(t / 86400e9) * 86400e9;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const m = pattern.exec(rest);
    if (m) rest = (rest.slice(0, m.index) + rest.slice(m.index + m[0].length)).trim();
    return m;
  };
  take(/\b(utc|gmt|z)\b|(?<=\d)z\b|\+00:?00\b/);
  const iso = take(/\b(\d{4})-(\d{1,2})-(\d{1,2})(?=t|\b)/) ?? take(/\b(\d{4})(\d{2})(\d{2})\b/);
  if (iso) {
    const [y, m, d] = [Number(iso[1]), Number(iso[2]), Number(iso[3])];
    if (m < 1 || m > 12 || d < 1 || d > 31) return undefined;
    time = daysFromCivil(y, m, d) * 86400e9;
    dated = true;
  }
  const named = dated
    ? null
    : (take(
        /\b(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+(\d{1,2})(?:,?\s+(\d{4})\b)?/,
      ) ?? null);
  if (named) {
    const m = MONTH_NAMES.findIndex((n) => n.toLowerCase().startsWith(named[1])) + 1;
    time = daysFromCivil(named[3] ? Number(named[3]) : timeParts(now).year, m, Number(named[2])) * 86400e9;
    dated = true;
  }
  const clock = take(/t?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(am|pm)?/);
  if (clock) {
    let hour = Number(clock[1]);
    if (hour > 23 || Number(clock[2]) > 59) return undefined;
    if (clock[5] === "pm" && hour < 12) hour += 12;
    if (clock[5] === "am" && hour === 12) hour = 0;
    time =
      midnight(time) +
      (hour * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0)) * 1e9 +
      Number(`0.${clock[4] ?? 0}`) * 1e9;
    if (named && !named[3]) {
      const year = take(/\b(\d{4})\b/);
      if (year) {
        const p = timeParts(time);
        time = daysFromCivil(Number(year[1]), p.month, p.day) * 86400e9 + (time - midnight(time));
      }
    }
  }
  for (;;) {
    const word = take(/^(now|today|yesterday|tomorrow|midnight|noon)\b/);
    if (word) {
      if (word[1] === "yesterday") time -= 86400e9;
      if (word[1] === "tomorrow") time += 86400e9;
      if (word[1] === "midnight") time = midnight(time);
      if (word[1] === "noon") time = midnight(time) + 43200e9;
      continue;
    }
    const shift = take(
      /^([+-]?)\s*(\d+|an?|next|last)\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?\b(\s+ago\b)?/,
    );
    if (!shift) break;
    const count = /^\d/.test(shift[2]) ? Number(shift[2]) : shift[2] === "last" ? -1 : 1;
    const n = count * (shift[1] === "-" ? -1 : 1) * (shift[4] ? -1 : 1);
    if (UNITS[shift[3]] !== undefined) time += n * UNITS[shift[3]] * 1e9;
    else {
      const p = timeParts(time);
      const months = p.year * 12 + p.month - 1 + (shift[3] === "month" ? n : n * 12);
      time =
        daysFromCivil(Math.floor(months / 12), (((months % 12) + 12) % 12) + 1, p.day) * 86400e9 +
        (time - midnight(time));
    }
  }
  return rest === "" ? time : undefined;
}
