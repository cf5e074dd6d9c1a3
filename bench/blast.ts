import type { SimulatedEngine } from "../src/engine/simulated/engine.ts";
import { UdpSocket } from "../src/network/socket/udp.ts";

const TO = 0x0a000202;

/** Sends `count` datagrams from namespace a to b (10.0.2.2 port 9) with nobody listening to the walk; ns for each. */
export function blast(engine: SimulatedEngine, count: number): number {
  const { machine } = engine;
  const a = machine.namespaceNamed("a");
  const b = machine.namespaceNamed("b");
  if (!a || !b) throw new Error("no namespace a or b");
  const owner = { name: "bench", pid: 1, uid: 0 };
  const receiver = new UdpSocket(b, owner);
  receiver.bind(TO, 9);
  const sender = new UdpSocket(a, owner);
  sender.connect(TO, 9);
  const data = new Uint8Array(18);
  let received = 0;
  const send = (n: number) => {
    for (let i = 0; i < n; i++) {
      sender.send(data);
      // Packets are softirq work: all of it runs before anything else does.
      while (machine.softirqBacklog > 0) machine.turn();
      while (receiver.read(64) instanceof Uint8Array) received++;
    }
  };
  send(1);
  machine.run({ limit: machine.now + 1e9 });
  send(20_000);
  received = 0;
  const start = performance.now();
  send(count);
  const each = ((performance.now() - start) * 1e6) / count;
  sender.close();
  receiver.close();
  if (received !== count) throw new Error(`${received} of ${count} datagrams arrived`);
  return each;
}
