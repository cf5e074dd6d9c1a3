import { u16 } from "../../wire/bytes.ts";
import { portText, rangeText } from "../argument.ts";
import type { Judge, PortCondition } from "../extension.ts";
import { transportWith4 } from "../headers.ts";
import type { Packet } from "../packet.ts";

/** The source and destination port conditions that tcp, udp and sctp share. */
export interface Ports {
  sport: [number, number] | null;
  sportInverted: boolean;
  dport: [number, number] | null;
  dportInverted: boolean;
}

export const anyPorts = (): Ports => ({
  sport: null,
  sportInverted: false,
  dport: null,
  dportInverted: false,
});

/** True when a range says something: 0:65535 is dropped on the way to the kernel. */
const asks = (range: [number, number] | null, inverted: boolean): range is [number, number] =>
  range !== null && (range[0] !== 0 || range[1] !== 0xffff || inverted);

/** iptables-nft writes ports as expressions of nf_tables' own, where they say something. */
export const nativePorts = (data: Ports): boolean =>
  asks(data.sport, data.sportInverted) || asks(data.dport, data.dportInverted);

/** Both in one; null where they name the same side. */
export function mergePorts<T extends Ports>(first: T, second: T): T | null {
  if ((first.sport && second.sport) || (first.dport && second.dport)) return null;
  return {
    ...first,
    sport: first.sport ?? second.sport,
    sportInverted: first.sportInverted || second.sportInverted,
    dport: first.dport ?? second.dport,
    dportInverted: first.dportInverted || second.dportInverted,
  };
}

export function portConditions(data: Ports): PortCondition[] {
  const conditions: PortCondition[] = [];
  if (asks(data.sport, data.sportInverted))
    conditions.push({ field: "sport", ranges: [data.sport], inverted: data.sportInverted });
  if (asks(data.dport, data.dportInverted))
    conditions.push({ field: "dport", ranges: [data.dport], inverted: data.dportInverted });
  return conditions;
}

export function judgePorts(data: Ports): Judge {
  const source = asks(data.sport, data.sportInverted);
  const destination = asks(data.dport, data.dportInverted);
  const [sportLow, sportHigh] = data.sport ?? [0, 0xffff];
  const [dportLow, dportHigh] = data.dport ?? [0, 0xffff];
  const { sportInverted, dportInverted } = data;
  if (!source && !destination) return () => true;
  return (pkt) => {
    const at = transportWith4(pkt, 4);
    if (at < 0) return false;
    if (source) {
      const sport = u16(pkt.data, at);
      if ((sport >= sportLow && sport <= sportHigh) === sportInverted) return false;
    }
    if (!destination) return true;
    const dport = u16(pkt.data, at + 2);
    return (dport >= dportLow && dport <= dportHigh) !== dportInverted;
  };
}

/** "dpt:80", "spts:!1024:2048". */
export function printPorts(data: Ports, protocol: string, numeric: boolean): string {
  const one = (label: string, range: [number, number] | null, inverted: boolean) => {
    if (!asks(range, inverted)) return "";
    const [low, high] = range.map((p) => portText(p, protocol, numeric));
    const not = inverted ? "!" : "";
    return range[0] === range[1] ? ` ${label}:${not}${low}` : ` ${label}s:${not}${low}:${high}`;
  };
  return one("spt", data.sport, data.sportInverted) + one("dpt", data.dport, data.dportInverted);
}

/** "--sport 22 ! --dport 80:90". */
export function savePorts(data: Ports): string {
  const parts: string[] = [];
  if (asks(data.sport, data.sportInverted))
    parts.push(`${data.sportInverted ? "! " : ""}--sport ${rangeText(...data.sport)}`);
  if (asks(data.dport, data.dportInverted))
    parts.push(`${data.dportInverted ? "! " : ""}--dport ${rangeText(...data.dport)}`);
  return parts.join(" ");
}

export function explainPorts(data: Ports, pkt: Packet): string | undefined {
  const at = transportWith4(pkt, 4);
  if (at < 0) return portConditions(data).length > 0 ? "a later fragment has no ports" : undefined;
  for (const { field, ranges, inverted } of portConditions(data)) {
    const value = u16(pkt.data, field === "sport" ? at : at + 2);
    const inside = ranges.some(([low, high]) => value >= low && value <= high);
    const wanted = ranges.map(([low, high]) => rangeText(low, high)).join(",");
    if (inside === inverted) return `${field} ${value} is ${inverted ? "" : "not "}${wanted}`;
  }
  return undefined;
}
