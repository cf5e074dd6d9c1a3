import { KernelError } from "../base/errno.ts";
import { text } from "../base/text.ts";
import { PacketSocket } from "../network/socket/packet.ts";
import { readToEnd } from "./tool/input.ts";
import { defineTool, fail, type Tool } from "./tool/tool.ts";

const USAGE = "Usage: packetwalk-inject DEV [HEX...]\n";

/**
 * Puts one frame on a link as it is, whatever is wrong with it: `packetwalk-inject eth0 HEX…`, link header first.
 * Without HEX it reads standard input, where "#" begins a comment. It sends by a packet socket; its twin for
 * the real kernel is engine/kernel/inject.ts.
 */
export const packetwalkInject = defineTool({
  names: ["packetwalk-inject"],
  summary: "puts a frame on a link, given as bytes",
  ownHelp: true,
  *main(tool) {
    const { proc, args } = tool;
    const [dev, ...words] = args;
    if (dev === undefined) {
      proc.err(USAGE);
      return 2;
    }
    if (dev === "--help" || dev === "-h") {
      yield* tool.print(USAGE);
      return 0;
    }
    const frame = bytesOf(tool, words.length > 0 ? words.join(" ") : text(yield* readToEnd(proc, 0)));
    const device = proc.net.links.byName(dev);
    if (!device) fail(tool, `no device "${dev}"`);
    const socket = new PacketSocket(proc.net, proc, 0);
    try {
      socket.send(frame, { device });
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      fail(tool, `${dev}: ${error.message}`);
    } finally {
      socket.close();
    }
    return 0;
  },
});

function bytesOf(tool: Tool, hex: string): Uint8Array {
  const bytes: number[] = [];
  for (const word of hex.replace(/#.*/g, "").split(/\s+/)) {
    const digits = word.replaceAll(":", "");
    if (/[^0-9a-f]/i.test(digits) || digits.length % 2 !== 0)
      fail(tool, `"${word}" is not bytes in hexadecimal`, 2);
    for (let i = 0; i < digits.length; i += 2) bytes.push(Number.parseInt(digits.slice(i, i + 2), 16));
  }
  if (bytes.length === 0)
    fail(tool, "no frame: its bytes in hexadecimal follow the device, or come on standard input", 2);
  return new Uint8Array(bytes);
}
