import { expect, test } from "vitest";
import { partFrom, partTo } from "./part.ts";

const SCRIPT = `#!/bin/bash
set -e
lan=10.0.0
ip netns add a
now=$(date)
up() {
  ip -n "$1" link set lo up
}
ip link add x \\
  type veth
up a
echo $lan
`;

test("from a line on, with what the lines above assign and define, and nothing that they run", () => {
  expect(partFrom(SCRIPT, 11)).toBe(
    'set -e\nlan=10.0.0\nup() {\n  ip -n "$1" link set lo up\n}\nup a\necho $lan\n',
  );
});

test("a command on several lines is run whole", () => {
  expect(partFrom(SCRIPT, 10)).toContain("ip link add x \\\n  type veth\nup a");
  expect(partTo(SCRIPT, 9).endsWith("ip link add x \\\n  type veth\n")).toBe(true);
  expect(partTo(SCRIPT, 4)).toBe("#!/bin/bash\nset -e\nlan=10.0.0\nip netns add a\n");
});
