// Network byte order access. Offsets are the caller's duty: reading past the end gives 0 (undefined | 0),
// so every parser checks lengths first.

export function u16(data: Uint8Array, at: number): number {
  return (data[at] << 8) | data[at + 1];
}

export function u32(data: Uint8Array, at: number): number {
  return ((data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]) >>> 0;
}

export function put16(data: Uint8Array, at: number, value: number): void {
  data[at] = value >>> 8;
  data[at + 1] = value;
}

export function put32(data: Uint8Array, at: number, value: number): void {
  data[at] = value >>> 24;
  data[at + 1] = value >>> 16;
  data[at + 2] = value >>> 8;
  data[at + 3] = value;
}
