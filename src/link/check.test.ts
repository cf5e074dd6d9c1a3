import { expect, test } from "vitest";
import { checkScript } from "./check.ts";

const found = async (text: string) => (await checkScript(text)).map((f) => `${f.line}: ${f.message}`);

test("mistakes that the tools themselves would name, with their lines", async () => {
  const script = `#!/bin/bash
ip netns add a
ip -n a link add v type veth peer name w
ip netns exec a iptables -A INPUT --dport 22 -j DROP
ip adr show
ip route add default via
iptabels -F
ip -n later link set lo up
`;
  expect(await found(script)).toEqual([
    '4: iptables v1.8.9 (nf_tables): unknown option "--dport"',
    '5: Object "adr" is unknown, try "ip help".',
    '6: Command line is not complete. Try option "help"',
    "7: iptabels: command not found",
  ]);
});

test("what the script defines, or brings from another file, is known", async () => {
  expect(await found("up() { ip link set $1 up; }\nfunction down { :; }\nup lo\ndown\n")).toEqual([]);
  expect(await found(". ./lib.sh\nfrom_lib\n")).toEqual([]);
  expect(await found("elsewhere\n")).toEqual(["1: elsewhere: command not found"]);
});

test("an open word of the shell's grammar", async () => {
  expect((await found("if true; then\n  ip link\n")).join()).toMatch(/syntax error/);
});

test("a ruleset's lines", async () => {
  const rules = "*filter\n:mine - [0:0]\n-A mine -p tcp --dport 99999 -j DROP\n-A mine -j NOWHERE\nCOMMIT\n";
  expect((await found(rules)).map((f) => f[0])).toEqual(["3", "4"]);
});
