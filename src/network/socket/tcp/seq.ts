// Sequence numbers are compared modulo 2^32 (RFC 9293 3.4).

export const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;
export const after = (a: number, b: number): boolean => ((a - b) | 0) > 0;
export const add = (seq: number, n: number): number => (seq + n) >>> 0;
/** How far `a` is ahead of `b`, signed. */
export const distance = (a: number, b: number): number => (a - b) | 0;
