import type { Device } from "../../network/device.ts";
import type { Context } from "./context.ts";

/** print_num: right-aligned, or (-human) with a unit. */
export function formatCount(ctx: Context, width: number, count: number): string {
  const base = ctx.settings.iec ? 1024 : 1000;
  if (!ctx.settings.human || count < base) return `${String(count).padStart(width)} `;
  const units = "kMGTPE";
  let power = base;
  let unit = 0;
  while (count / base >= power && unit < units.length - 1) {
    power *= base;
    unit++;
  }
  let precision = 2;
  for (let limit = 10; precision > 0; precision--, limit *= 10) if (count / power < limit) break;
  return `${`${(count / power).toFixed(precision)}${units[unit]}${ctx.settings.iec ? "i" : ""}`.padStart(width)} `;
}

/** print_stats64: the RX and TX lines, with their error lines on -s -s. */
export function printLinkStats(ctx: Context, dev: Device): void {
  const p = ctx.print;
  const s = dev.stats;
  const more = ctx.settings.stats > 1;
  const changes = dev.carrierUpCount + dev.carrierDownCount;
  if (p.json) {
    p.openObject("stats64");
    p.openObject("rx");
    p.only("bytes", s.rxBytes);
    p.only("packets", s.rxPackets);
    p.only("errors", s.rxErrors);
    p.only("dropped", s.rxDropped);
    p.only("over_errors", 0);
    p.only("multicast", s.multicast);
    if (more) for (const key of ["length", "crc", "frame", "fifo", "missed"]) p.only(`${key}_errors`, 0);
    p.closeObject();
    p.openObject("tx");
    p.only("bytes", s.txBytes);
    p.only("packets", s.txPackets);
    p.only("errors", s.txErrors);
    p.only("dropped", s.txDropped);
    p.only("carrier_errors", 0);
    p.only("collisions", s.collisions);
    if (more) {
      for (const key of ["aborted", "fifo", "window", "heartbeat"]) p.only(`${key}_errors`, 0);
      p.only("carrier_changes", changes);
    }
    p.closeObject();
    p.closeObject();
    return;
  }
  const rx = [s.rxBytes, s.rxPackets, s.rxErrors, s.rxDropped, 0, s.multicast];
  const tx = [s.txBytes, s.txPackets, s.txErrors, s.txDropped, 0, s.collisions];
  const rxErrors = [0, 0, 0, 0, 0];
  const txErrors = [0, 0, 0, 0, changes];
  const columns = [10, 7, 6, 7, 7, 7, 10];
  const grow = (values: number[], from: number) => {
    if (ctx.settings.human) return;
    values.forEach((value, i) => {
      columns[from + i] = Math.max(columns[from + i], String(value).length);
    });
  };
  grow(rx, 0);
  grow(tx, 0);
  if (more) grow(txErrors, 1);
  const titles = (start: string, names: string[], from: number) =>
    start + names.map((name, i) => name.padStart(columns[from + i])).join(" ");
  const numbers = (values: number[], from: number) =>
    values.map((value, i) => formatCount(ctx, columns[from + i], value)).join("");
  const width = columns[0];
  const blank = " ".repeat(columns[6]);
  const nl = p.newline;
  const section = (direction: "RX" | "TX", names: string[], values: number[]) => {
    const [first, ...rest] = names;
    p.plain(`    ${direction}: ${first.padStart(width - 4)} ${titles("", rest, 1)} ${blank}${nl}`);
    p.plain(`    ${numbers(values, 0)}`);
  };
  const errors = (direction: "RX" | "TX", names: string[], values: number[]) => {
    p.plain(`${nl}    ${direction} errors:${" ".repeat(width - 10)} ${titles("", names, 1)}${nl}`);
    p.plain(" ".repeat(width + 5) + numbers(values, 1));
  };
  section("RX", ["bytes", "packets", "errors", "dropped", "missed", "mcast"], rx);
  if (more) errors("RX", ["length", "crc", "frame", "fifo", "overrun"], rxErrors);
  p.plain(nl);
  section("TX", ["bytes", "packets", "errors", "dropped", "carrier", "collsns"], tx);
  if (more)
    errors(
      "TX",
      ["aborted", "fifo", "window", "heartbt", changes ? "transns" : ""],
      txErrors.slice(0, changes ? 5 : 4).concat(changes ? [] : [0]),
    );
}
