import { expect, test } from "vitest";
import { SimulatedEngine } from "../engine/simulated/engine.ts";
import { completeLine } from "./complete.ts";

function lab(): SimulatedEngine {
  const engine = new SimulatedEngine();
  const script =
    "ip netns add boxA; ip netns add boxB; ip -n boxA link add veth0 type veth peer name veth1; ip netns exec boxA iptables -N web";
  expect(engine.runToEnd({ argv: ["bash", "-ec", script], output: () => {} })).toBe(0);
  return engine;
}
const words = (line: string, table: string | null = null) =>
  completeLine(lab(), line, table).offers.map((o) => o.label);

test("commands, objects, namespaces, devices", () => {
  expect(words("iptables-r")).toEqual(["iptables-restore"]);
  expect(words("ip ne")).toEqual(["neighbour", "netns"]);
  expect(words("ip netns exec box").sort()).toEqual(["boxA", "boxB"]);
  expect(words("true; sudo ip netns exec boxA ip link set ve").sort()).toEqual(["veth0", "veth1"]);
});

test("iptables: tables, chains of that namespace, matches, targets", () => {
  expect(words("iptables -t ma")).toEqual(["mangle"]);
  expect(words("iptables -t nat -A P")).toEqual(["PREROUTING", "POSTROUTING"]);
  expect(words("ip netns exec boxA iptables -A ")).toContain("web");
  expect(words("iptables -A INPUT -m connt")).toEqual(["conntrack"]);
  expect(words("iptables -A INPUT -j MASQ")).toEqual(["MASQUERADE"]);
  expect(words("ip netns exec boxA iptables -A FORWARD -i veth").sort()).toEqual(["veth0", "veth1"]);
});

test("iptables: the options of what is named, and their values", () => {
  expect(words("iptables -A INPUT -p tcp --dp")).toEqual(["--dport"]);
  expect(words("iptables -A INPUT --dp")).toEqual([]);
  expect(words("iptables -A INPUT -m conntrack --ctst")).toEqual(["--ctstate", "--ctstatus"]);
  expect(words("iptables -A INPUT -m conntrack --ctstate NEW,REL")).toEqual(["NEW,RELATED"]);
  expect(words("iptables -t nat -A POSTROUTING -j SNAT --to-s")).toEqual(["--to-source"]);
});

test("a ruleset's lines", () => {
  expect(words("*m", "filter")).toEqual(["mangle"]);
  expect(words(":INPUT DR", "filter")).toContain("DROP");
  expect(words("-A INPUT -m conntrack --ctdir O", "filter")).toEqual(["ORIGINAL"]);
});
