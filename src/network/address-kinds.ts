// IPv4 addresses that are special wherever they stand (RFC 1122 3.2.1.3).
export const isMulticast = (a: number): boolean => a >>> 28 === 14;
export const isLimitedBroadcast = (a: number): boolean => a === 0xffffffff;
export const isZeroNet = (a: number): boolean => a >>> 24 === 0;
export const isLoopbackAddress = (a: number): boolean => a >>> 24 === 127;
