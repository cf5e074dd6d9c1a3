import { beforeEach, describe, expect, it } from "vitest";
import { KernelError } from "../base/errno.ts";
import { parse } from "../wire/ipv4.ts";
import type { NetNamespace } from "./namespace.ts";
import { TestHost } from "./testing.ts";

const a4 = (text: string): number => parse(text) as number;
const failure = (f: () => void): string => {
  try {
    f();
  } catch (e) {
    if (e instanceof KernelError) return e.code;
  }
  return "";
};

let ns: NetNamespace;
beforeEach(() => {
  ns = new TestHost("kernel").netns("a");
});

describe("ip rule", () => {
  it("counts priorities down from the second rule, and allows the same rule at another priority", () => {
    const rule = { action: "lookup", table: 5, src: a4("1.1.1.1"), srcPrefix: 32, protocol: 3 } as const;
    ns.rules.add(rule);
    ns.rules.add(rule);
    expect(ns.rules.list().map((r) => r.priority)).toEqual([0, 32764, 32765, 32766, 32767]);
  });

  it("refuses a duplicate of one priority; what the new rule leaves open is no difference", () => {
    ns.rules.add({ action: "lookup", table: 5, priority: 7, protocol: 3 });
    const from = { action: "lookup", table: 5, src: a4("3.3.3.3"), srcPrefix: 32, protocol: 3 } as const;
    expect(failure(() => ns.rules.add({ ...from, priority: 7 }))).toBe("");
    ns.rules.add({ ...from, priority: 8 });
    expect(failure(() => ns.rules.add({ action: "lookup", table: 5, priority: 8, protocol: 3 }))).toBe(
      "EEXIST",
    );
    expect(failure(() => ns.rules.add({ action: "goto", target: 5, priority: 100 }))).toBe("EINVAL");
    expect(failure(() => ns.rules.delete({ src: a4("9.9.9.9"), srcPrefix: 32 }))).toBe("ENOENT");
  });

  it("routes by mark", () => {
    const dev = ns.links.add({ kind: "dummy", name: "d0" });
    ns.links.set(dev, { up: true });
    ns.routes.change("add", { dst: 0, prefix: 0, table: 200, scope: 253, nexthops: [{ dev }] });
    ns.rules.add({ action: "lookup", table: 200, mark: 5 });
    expect(failure(() => ns.routeOutput4({ dst: a4("8.8.8.8") }))).toBe("ENETUNREACH");
    expect(ns.routeOutput4({ dst: a4("8.8.8.8"), mark: 5 }).dev).toBe(dev);
  });
});

describe("sysctl", () => {
  it("ip_forward reaches every device, and turns the acceptance of redirects", () => {
    ns.links.add({ kind: "dummy", name: "d0" });
    ns.sysctl.set("net/ipv4/ip_forward", "1");
    for (const name of ["all", "default", "lo", "d0"]) {
      expect(ns.sysctl.get(`net/ipv4/conf/${name}/forwarding`)).toBe("1");
    }
    expect(ns.sysctl.get("net/ipv4/conf/all/accept_redirects")).toBe("0");
  });

  it("refuses what the kernel refuses", () => {
    expect(failure(() => ns.sysctl.set("net/ipv4/conf/all/rp_filter", "abc"))).toBe("EINVAL");
    expect(failure(() => ns.sysctl.set("net/ipv4/ip_default_ttl", "300"))).toBe("EINVAL");
    expect(failure(() => ns.sysctl.set("net/ipv4/nosuch", "1"))).toBe("ENOENT");
    expect(failure(() => ns.sysctl.set("net/ipv4/conf/all/mc_forwarding", "1"))).toBe("EACCES");
    expect(ns.sysctl.has("net/netfilter/nf_log_all_netns")).toBe(false);
  });

  it("a new namespace has the initial one's conf, as it is then", () => {
    const host = new TestHost("ubuntu");
    expect(host.netns("x").sysctl.get("net/ipv4/ip_forward")).toBe("1");
    host.initialNamespace.sysctl.set("net/ipv4/ip_forward", "0");
    expect(host.netns("y").sysctl.get("net/ipv4/ip_forward")).toBe("0");
  });
});
