import { expect, test } from "vitest";
import { SimulatedEngine } from "../../engine/simulated/engine.ts";
import { memoryFolder } from "../link/memory-folder.ts";
import { labAround, sizeOf } from "./around.ts";

const RULES = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A FORWARD -i ppp0 -o br-lan -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -s 192.168.7.0/24 -i br-lan -o ppp0 -j ACCEPT
COMMIT
`;

test("a box with the devices that the rules name, with the networks that they give", async () => {
  const lab = labAround("home.rules", RULES);
  const engine = new SimulatedEngine({ folders: [memoryFolder("/lab", lab.files)] });
  let said = "";
  const status = engine.runToEnd({
    argv: ["bash", "-e", lab.main],
    cwd: "/lab",
    output: (bytes) => (said += new TextDecoder().decode(bytes)),
  });
  expect([said, status]).toEqual(["", 0]);
  const { stdout } = await engine.query(["ip", "-o", "-4", "addr"], "fw");
  expect(stdout).toMatch(/br-lan +inet 192\.168\.7\.1\/24/);
  expect(stdout).toMatch(/ppp0 +inet 10\.0\.\d\.1\/24/);
  expect((await engine.query(["iptables-save"], "fw")).stdout).toContain(
    "-A FORWARD -s 192.168.7.0/24 -i br-lan",
  );
});

test("its size in words", () => {
  expect(sizeOf(RULES)).toEqual({ rules: 3, tables: 1 });
});
