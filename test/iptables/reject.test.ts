import { describe, expect, it } from "vitest";
import { bench } from "../../src/command/iptables/testing.ts";
import { completeChecksum } from "../../src/netfilter/checksum-help.ts";
import { INPUT, NF_DROP } from "../../src/netfilter/hooks.ts";
import { Packet } from "../../src/netfilter/packet.ts";
import { verify4 } from "../../src/wire/tcp.ts";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (b) => Number.parseInt(b, 16));

/** A SYN to 127.0.0.1:9 as Linux 6.18 sent it, its checksum completed. */
const SYN =
  "4500003c8c7040004006b0497f0000017f000001e8aa0009e4dd581e00000000a002ffd7fe3000000204ffd70402080a0e90ff3d000000000103030a";
/** The reset that REJECT answered with (the checksum was left to the device). */
const RESET = "450000280000400040063cce7f0000017f0000010009e8aa00000000e4dd581f50140000";

/** Sends `bytes` at a rule; answers what REJECT did. */
function reject(bytes: Uint8Array, ...args: string[]) {
  const { run, netfilter, host } = bench();
  const resets: Packet[] = [];
  const errors: number[][] = [];
  host.sendLocal4 = (pkt) => {
    resets.push(pkt);
  };
  host.icmpError4 = (_pkt, type, code) => {
    errors.push([type, code]);
  };
  expect(run("iptables", "-A", "INPUT", ...args).err).toBe("");
  const pkt = new Packet(1, bytes, 0, bytes.length, 0x0800);
  const verdict = netfilter.run(INPUT, pkt, null, null);
  return { resets, errors, verdict };
}

/** The TCP checksum made right. */
function sound(text: string): Uint8Array {
  const data = hex(text);
  data[36] = data[37] = 0;
  let sum = 0x7f00 + 1 + 0x7f00 + 1 + 6 + data.length - 20;
  for (let i = 20; i < data.length; i += 2) sum += (data[i] << 8) | data[i + 1];
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  data[36] = (~sum >>> 8) & 255;
  data[37] = ~sum & 255;
  return data;
}

const RST = ["-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset"];

describe("REJECT", () => {
  it("resets as Linux does, to the byte", () => {
    const { resets, verdict } = reject(sound(SYN), ...RST);
    expect(verdict).toBe(NF_DROP);
    const [reset] = resets;
    const bytes = reset.data.subarray(reset.net, reset.end);
    expect(Buffer.from(bytes.subarray(0, 36)).toString("hex")).toBe(RESET);
    // Left to the device: the sum of the pseudo header alone, 7f00 + 1 + 7f00 + 1 + 6 + 20 (nf_reject_ip_tcphdr_put).
    expect(Buffer.from(bytes.subarray(36, 38)).toString("hex")).toBe("fe1c");
    completeChecksum(reset);
    expect(verify4(reset.data, reset.trans, reset.end, 0x7f000001, 0x7f000001)).toBe(true);
  });

  it("does not answer a reset, a wrong checksum or a later fragment", () => {
    const aReset = hex(SYN);
    aReset[33] = 0x04;
    expect(reject(sound(Buffer.from(aReset).toString("hex")), ...RST).resets).toEqual([]);
    const wrong = sound(SYN);
    wrong[37] ^= 1;
    expect(reject(wrong, ...RST).resets).toEqual([]);
    expect(reject(wrong, "-j", "REJECT").errors).toEqual([]);
    const fragment = sound(SYN);
    fragment[7] = 100;
    expect(reject(fragment, ...RST).resets).toEqual([]);
    expect(reject(fragment, "-j", "REJECT").errors).toEqual([]);
  });

  it("answers with the ICMP code that was asked for", () => {
    const codes: Readonly<Record<string, number>> = {
      "icmp-net-unreachable": 0,
      "icmp-host-unreachable": 1,
      "icmp-proto-unreachable": 2,
      "icmp-port-unreachable": 3,
      "icmp-net-prohibited": 9,
      "icmp-host-prohibited": 10,
      "icmp-admin-prohibited": 13,
    };
    for (const [name, code] of Object.entries(codes))
      expect(reject(sound(SYN), "-j", "REJECT", "--reject-with", name).errors).toEqual([[3, code]]);
    expect(reject(sound(SYN), "-j", "REJECT").errors).toEqual([[3, 3]]);
  });
});
