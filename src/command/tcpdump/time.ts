import type { TimeStyle } from "./options.ts";

const two = (n: number): string => String(n).padStart(2, "0");

/** Prints the time stamps of one run; the relative styles remember the packets before. */
export class TimePrinter {
  private readonly style: TimeStyle;
  private readonly digits: 6 | 9;
  private reference: bigint | null = null;

  constructor(style: TimeStyle, nanoseconds: boolean) {
    this.style = style;
    this.digits = nanoseconds ? 9 : 6;
  }

  /** The stamp and the blank behind it. */
  print(seconds: number, nanoseconds: number): string {
    switch (this.style) {
      case "none":
        return "";
      case "epoch":
        return `${seconds}.${this.fraction(nanoseconds)} `;
      case "clock":
        return `${clock(seconds)}.${this.fraction(nanoseconds)} `;
      case "date": {
        const day = new Date(seconds * 1000);
        const date = `${day.getUTCFullYear()}-${two(day.getUTCMonth() + 1)}-${two(day.getUTCDate())}`;
        return `${date} ${clock(seconds)}.${this.fraction(nanoseconds)} `;
      }
      case "delta":
      case "since-first": {
        const unit = this.digits === 9 ? 1n : 1000n;
        const now = (BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)) / unit;
        const span = (now - (this.reference ?? now)) * unit;
        if (this.reference === null || this.style === "delta") this.reference = now;
        const size = span < 0n ? -span : span;
        const whole = Number(size / 1_000_000_000n);
        const sign = span < 0n ? "-" : " ";
        return `${sign}${clock(whole)}.${this.fraction(Number(size % 1_000_000_000n))} `;
      }
    }
  }

  private fraction(nanoseconds: number): string {
    return String(nanoseconds).padStart(9, "0").slice(0, this.digits);
  }
}

/** Hours, minutes and seconds of the day, UTC. */
function clock(seconds: number): string {
  const s = seconds % 86400;
  return `${two(Math.floor(s / 3600))}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
}
