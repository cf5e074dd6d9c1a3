import { isFlag, keptSignal } from "../lab/keep.ts";

const shown = keptSignal("bytes", false, isFlag);
/** More of a packet is not drawn (bytes). */
const MOST = 512;
/** Hex digits of an Ethernet header: what a packet has before its first device gives it one. */
const ETHERNET = 28;

/** The packet's bytes, as it was last seen whole; those that are not what they were at the place before are marked. */
export function Bytes({ bytes, before }: { bytes: string | undefined; before: string | undefined }) {
  if (!bytes) return null;
  const count = bytes.length / 2;
  const rows = Array.from({ length: Math.ceil(Math.min(count, MOST) / 16) }, (_, i) => i * 16);
  const changed = difference(bytes, before);
  return (
    <details class="bytes" open={shown.value} onToggle={(e) => (shown.value = e.currentTarget.open)}>
      <summary>
        {count} bytes{changed.size > 0 && <span class="by"> {changed.size} changed</span>}
      </summary>
      <pre>
        {rows.map((row) => (
          <span key={row}>
            {row.toString(16).padStart(4, "0")}
            {"  "}
            {Array.from({ length: Math.min(16, count - row) }, (_, i) => {
              const at = row + i;
              const byte = bytes.slice(at * 2, at * 2 + 2);
              return (
                <>
                  {changed.has(at) ? <ins>{byte}</ins> : byte}
                  {i === 7 ? "  " : " "}
                </>
              );
            })}
            {"  ".padEnd(3 * (16 - Math.min(16, count - row)))}
            {ascii(bytes.slice(row * 2, row * 2 + 32))}
            {"\n"}
          </span>
        ))}
        {count > MOST ? "…" : ""}
      </pre>
    </details>
  );
}

/** Places of the bytes that differ from those before; an Ethernet header that only one of them has is left aside. */
export function difference(bytes: string, before: string | undefined): Set<number> {
  const places = new Set<number>();
  if (before === undefined) return places;
  const skip = bytes.length - before.length;
  if (skip !== 0 && Math.abs(skip) !== ETHERNET) return places;
  for (let i = Math.max(0, skip); i < bytes.length; i += 2)
    if (bytes.slice(i, i + 2) !== before.slice(i - skip, i - skip + 2)) places.add(i / 2);
  return places;
}

function ascii(hex: string): string {
  return hex.replace(/../g, (pair) => {
    const code = Number.parseInt(pair, 16);
    return code > 32 && code < 127 ? String.fromCharCode(code) : "·";
  });
}
