/** Bytes [from, to) as lower-case hex. */
export function hex(data: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += (data[i] < 16 ? "0" : "") + data[i].toString(16);
  return text;
}
