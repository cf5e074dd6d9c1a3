import { describe, expect, test } from "vitest";
import { namesIn, placeOf } from "./context.ts";

const at = (text: string) => placeOf(text.replace("|", ""), text.indexOf("|"));

describe("where the cursor stands", () => {
  test("a command line that goes on over lines is one", () => {
    expect(at("ls\nip netns exec a \\\n  iptables -t na|t")).toEqual({
      line: "ip netns exec a    iptables -t na",
      above: 17,
      table: null,
    });
  });

  test("a ruleset's lines belong to the table above, until it is committed", () => {
    expect(at("*nat\n:PREROUTING ACCEPT\n-A PRE|").table).toBe("nat");
    expect(at("*nat\nCOMMIT\n-A PRE|").table).toBe(null);
    expect(at("*n|")).toMatchObject({ line: "*n", table: "filter" });
  });

  test("names that the script makes", () => {
    const script =
      "ip netns add left\nip netns add right\nip link add veth-l type veth peer name veth-r\niptables -N web\n";
    expect(namesIn(script, "ip netns exec ")).toEqual(["left", "right"]);
    expect(namesIn(script, "ip link set veth-l netns ri")).toEqual(["left", "right"]);
    expect(namesIn(script, "ip netns add ")).toEqual([]);
    expect(namesIn(script, "ip addr add 10.0.0.1/24 dev ")).toEqual(["veth-l", "veth-r"]);
    expect(namesIn(script, "iptables -A ")).toEqual(["web"]);
    expect(namesIn(script, "iptables -A FORWARD -p ")).toEqual([]);
    expect(namesIn("*filter\n:INPUT ACCEPT [0:0]\n:mine - [0:0]\n", "-A INPUT -j ")).toEqual([
      "INPUT",
      "mine",
    ]);
  });
});
