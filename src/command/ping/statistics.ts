/** What ping counts (struct ping_rts of iputils). Times are microseconds. */
export class Statistics {
  transmitted = 0;
  received = 0;
  repeats = 0;
  corrupted = 0;
  errors = 0;
  acked = 0;
  pipe = 0;
  min = Number.MAX_SAFE_INTEGER;
  max = 0;
  sum = 0;
  private squares = 0;
  /** Exponentially weighted mean, times eight. */
  rtt = 0;
  private readonly seen = new Uint8Array(65536);

  /** Whether a sequence number's answer came already; 16 bits, as in the packet. */
  wasSeen(sequence: number): boolean {
    return this.seen[sequence & 0xffff] === 1;
  }

  mark(sequence: number, value: boolean): void {
    this.seen[sequence & 0xffff] = value ? 1 : 0;
  }

  advance(): void {
    this.transmitted++;
    if (((this.transmitted - this.acked) & 0xffff) > 0x7fff) this.acked = (this.transmitted + 1) & 0xffff;
  }

  get inFlight(): number {
    const diff = ((this.transmitted & 0xffff) - this.acked) & 0xffff;
    return diff <= 0x7fff ? diff : this.transmitted - this.received - this.errors;
  }

  acknowledge(sequence: number): void {
    const diff = ((this.transmitted & 0xffff) - sequence) & 0xffff;
    if (diff > 0x7fff) return;
    if (diff + 1 > this.pipe) this.pipe = diff + 1;
    const ahead = (sequence - this.acked) & 0xffff;
    if ((ahead > 0 && ahead < 0x8000) || (((this.transmitted & 0xffff) - this.acked) & 0xffff) > 0x7fff)
      this.acked = sequence;
  }

  time(trip: number): void {
    this.sum += trip;
    this.squares += trip * trip;
    if (trip < this.min) this.min = trip;
    if (trip > this.max) this.max = trip;
    this.rtt = this.rtt === 0 ? trip * 8 : this.rtt + trip - Math.trunc(this.rtt / 8);
  }

  private get total(): number {
    return this.received + this.repeats;
  }

  get average(): number {
    return Math.trunc(this.sum / this.total);
  }

  /** finish(): `span` is from the first to the last probe, ns. */
  summary(host: string, span: number, timing: boolean, flooding: boolean): string {
    let text = `\n--- ${host} ping statistics ---\n${this.transmitted} packets transmitted, ${this.received} received`;
    if (this.repeats) text += `, +${this.repeats} duplicates`;
    if (this.corrupted) text += `, +${this.corrupted} corrupted`;
    if (this.errors) text += `, +${this.errors} errors`;
    if (this.transmitted) {
      const loss = Math.fround(((this.transmitted - this.received) * 100) / this.transmitted);
      text += `, ${percent(loss)}% packet loss, time ${Math.floor((span + 500_000) / 1e6)}ms`;
    }
    text += "\n";
    let comma = "";
    if (this.received && timing) {
      const average = this.average;
      const variance =
        this.sum < 2147483647
          ? (this.squares - Math.trunc((this.sum * this.sum) / this.total)) / this.total
          : this.squares / this.total - average * average;
      const deviation = Math.floor(Math.sqrt(Math.max(0, Math.trunc(variance))));
      text += `rtt min/avg/max/mdev = ${[this.min, average, this.max, deviation].map(milli).join("/")} ms`;
      comma = ", ";
    }
    if (this.pipe > 1) {
      text += `${comma}pipe ${this.pipe}`;
      comma = ", ";
    }
    if (this.received && flooding && this.transmitted > 1) {
      const gap = Math.trunc(span / 1000 / (this.transmitted - 1));
      text += `${comma}ipg/ewma ${milli(gap)}/${milli(Math.trunc(this.rtt / 8))} ms`;
    }
    return `${text}\n`;
  }

  /** The line of SIGQUIT. */
  snapshot(timing: boolean): string {
    const loss = this.transmitted
      ? Math.trunc(((this.transmitted - this.received) * 100) / this.transmitted)
      : 0;
    let text = `${this.received}/${this.transmitted} packets, ${loss}% loss`;
    if (this.received && timing)
      text += `, min/avg/ewma/max = ${[this.min, this.average, Math.trunc(this.rtt / 8), this.max].map(milli).join("/")} ms`;
    return `${text}\n`;
  }
}

/** Microseconds as milliseconds with three decimals. */
export function milli(us: number): string {
  return `${Math.floor(us / 1000)}.${String(us % 1000).padStart(3, "0")}`;
}

/** %g of a float: six significant digits. */
function percent(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** A round trip as ping prints it: three significant digits above a millisecond. */
export function tripText(us: number): string {
  if (us >= 100_000 - 50) return String(Math.floor((us + 500) / 1000));
  if (us >= 10_000 - 5) return `${Math.floor((us + 50) / 1000)}.${Math.floor(((us + 50) % 1000) / 100)}`;
  if (us >= 1000)
    return `${Math.floor((us + 5) / 1000)}.${String(Math.floor(((us + 5) % 1000) / 10)).padStart(2, "0")}`;
  return milli(us);
}
