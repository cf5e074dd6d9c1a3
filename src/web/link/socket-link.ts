import { unpack } from "../../link/codec.ts";
import type { Link, Request } from "../../link/protocol.ts";

/** The kernel engine, at the other end of a WebSocket: beside the page, where `packetwalk ui --engine kernel` serves it. */
export function socketLink(): Link {
  const address = new URL("./engine", location.href);
  address.protocol = "ws:";
  address.search = address.hash = "";
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  const early: Request[] = [];
  const link: Link = {
    send: (request) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
      else if (socket.readyState === WebSocket.CONNECTING) early.push(request);
    },
    onResponse: () => {},
    close: () => socket.close(),
  };
  let opened = false;
  socket.onopen = () => {
    opened = true;
    for (const request of early.splice(0)) link.send(request);
  };
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => link.onResponse(unpack(data));
  socket.onclose = ({ reason }) =>
    link.onResponse({
      type: "failed",
      message:
        reason ||
        (opened
          ? "the connection to packetwalk ui is gone, and the sandbox with it"
          : "packetwalk ui does not answer: it has ended, or was started anew with another address"),
    });
  return link;
}
