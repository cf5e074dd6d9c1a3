import { text } from "../base/text.ts";
import type { Response } from "./protocol.ts";

// Responses on a WebSocket: JSON, but for captures, which are bytes behind their question's number.

export function pack(response: Response): string | Uint8Array<ArrayBuffer> {
  if (response.type !== "captured") return JSON.stringify(response);
  const message = new Uint8Array(4 + response.bytes.length);
  new DataView(message.buffer).setUint32(0, response.id);
  message.set(response.bytes, 4);
  return message;
}

export function unpack(message: string | ArrayBuffer): Response {
  if (typeof message === "string") return JSON.parse(message) as Response;
  const id = new DataView(message).getUint32(0);
  return { type: "captured", id, bytes: new Uint8Array(message.slice(4)) };
}

/** What the far end says as it closes the way, where it has something to say (at most 123 bytes: RFC 6455, 5.5.1). */
export function reason(line: string): string {
  const bytes = new TextEncoder().encode(line);
  return bytes.length <= 123 ? line : text(bytes.slice(0, 120)).replace(/\ufffd+$/, "");
}
