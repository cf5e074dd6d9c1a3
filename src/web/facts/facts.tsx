import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { NowOnly } from "../part/now-only.tsx";
import { pinned, stage, subject, type Target, target, topology, watchLab } from "../state/page.ts";
import type { Box, Device } from "../state/topology.ts";

interface Facts {
  readonly of: Target;
  readonly routes: string;
  readonly rules: string;
  readonly neighbours: string;
  readonly sockets: string;
  readonly conntrack: string;
  readonly sysctls: string;
}

const facts = signal<Facts | null>(null);

const SYSCTLS = ["net.ipv4.ip_forward", "net.ipv4.conf.all.rp_filter", "net.netfilter.nf_log_all_netns"];
const OF_DEVICE = ["forwarding", "rp_filter", "arp_ignore", "accept_local", "proxy_arp", "route_localnet"];

watchLab(
  async (session, at) => {
    const of = subject.value;
    const ask = async (...argv: string[]) => (await session.query(argv, of.ns, at)).stdout.trimEnd();
    const keys = of.dev === undefined ? SYSCTLS : OF_DEVICE.map((k) => `net.ipv4.conf.${of.dev}.${k}`);
    const narrowed = of.dev === undefined ? [] : ["dev", of.dev];
    const [routes, rules, neighbours, sockets, conntrack, sysctls] = await Promise.all([
      ask("ip", "route", "show", "table", "all", ...narrowed),
      of.dev === undefined ? ask("ip", "rule") : "",
      ask("ip", "neigh", "show", ...narrowed),
      of.dev === undefined ? ask("ss", "-Htunap") : "",
      of.dev === undefined ? ask("conntrack", "-L") : "",
      ask("sysctl", ...keys),
    ]);
    if (stage.value?.session === session && subject.value === of)
      facts.value = { of, routes, rules, neighbours, sockets, conntrack, sysctls };
  },
  { also: () => subject.value },
);

/** What is true of a box, or of one of its devices, at the moment shown. */
export function FactsPanel() {
  const of = subject.value;
  const boxes = topology.value?.boxes ?? [];
  const box = boxes.find((b) => b.ns === of.ns);
  const known = facts.value?.of.ns === of.ns && facts.value.of.dev === of.dev ? facts.value : null;
  const device = box?.devices.find((d) => d.name === of.dev);
  const choose = (to: Target) => {
    target.value = to;
    pinned.value = to.ns;
  };
  return (
    <div class="facts">
      <div class="facts-bar">
        <select aria-label="Box" value={of.ns} onChange={(e) => choose({ ns: e.currentTarget.value })}>
          {boxes.map((b) => (
            <option key={b.ns}>{b.ns}</option>
          ))}
        </select>
        <select
          aria-label="Device"
          value={of.dev ?? ""}
          onChange={(e) =>
            choose(e.currentTarget.value ? { ns: of.ns, dev: e.currentTarget.value } : { ns: of.ns })
          }
        >
          <option value="">the whole box</option>
          {box?.devices.map((d) => (
            <option key={d.name}>{d.name}</option>
          ))}
        </select>
        <NowOnly />
      </div>
      {!box ? (
        <p class="empty">There is no box {of.ns} at this moment.</p>
      ) : (
        <div class="facts-body">
          {device ? (
            <OneDevice device={device} />
          ) : (
            <AllDevices box={box} onDevice={(dev) => choose({ ns: of.ns, dev })} />
          )}
          <Lines title="Routes" text={main(known?.routes)} none="no routes: it can send nowhere" />
          {!device && <Lines title="Policy rules" text={known?.rules} none="" quiet={isUsual} />}
          <Lines
            title="Neighbours"
            text={known?.neighbours}
            none="none known yet: ARP asks when a packet goes out"
          />
          {!device && <Lines title="Sockets" text={squeeze(known?.sockets)} none="no socket is open" />}
          {!device && (
            <Lines title="Connections (conntrack)" text={squeeze(known?.conntrack)} none="none tracked" />
          )}
          <Lines title="Settings" text={known?.sysctls} none="" />
          {!device && (
            <p class="quiet-text">
              {box.rules > 0
                ? `${box.rules} iptables rules and dropping policies: see chains × tables.`
                : "No iptables rule."}
            </p>
          )}
        </div>
      )}
    </div>
  );
}

/** Local and broadcast routes belong to addresses; what a person set or expects stands first. */
function main(text: string | undefined): string | undefined {
  return text
    ?.split("\n")
    .filter((l) => !/ table local\b/.test(l) && !l.startsWith("ff00::") && !l.startsWith("multicast"))
    .join("\n");
}

const squeeze = (text: string | undefined): string | undefined => text?.replace(/ {2,}/g, "  ");
const isUsual = (text: string): boolean => text.split("\n").length === 3;

function Lines({
  title,
  text,
  none,
  quiet,
}: {
  title: string;
  text: string | undefined;
  none: string;
  quiet?: (t: string) => boolean;
}) {
  if (text === undefined) return null;
  if (quiet?.(text)) return null;
  if (text === "" && none === "") return null;
  return (
    <section>
      <h3>{title}</h3>
      {text === "" ? <p class="quiet-text">{none}</p> : <pre>{text}</pre>}
    </section>
  );
}

function AllDevices({ box, onDevice }: { box: Box; onDevice: (name: string) => void }) {
  return (
    <section>
      <h3>Devices</h3>
      <ul class="devices">
        {box.devices.map((d) => (
          <li key={d.name}>
            <button type="button" class="link mono" onClick={() => onDevice(d.name)}>
              {d.name}
            </button>
            <span class="mono">{d.addresses.join(" ") || <span class="quiet-text">no address</span>}</span>
            <span class={d.up ? "quiet-text" : "bad"}>{stateOf(d)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function OneDevice({ device: d }: { device: Device }) {
  const rows: [string, ComponentChildren][] = [
    ["kind", d.kind],
    ["state", stateOf(d)],
    ["addresses", d.addresses.join(", ") || "none"],
    ["MAC", d.mac],
    ["MTU", d.mtu],
    ["bridge", d.master ?? ""],
  ];
  return (
    <section>
      <h3 class="mono">
        {d.ns} / {d.name}
      </h3>
      <dl class="pairs">
        {rows.map(([key, value]) =>
          value === "" ? null : (
            <div key={key}>
              <dt>{key}</dt>
              <dd class="mono">{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}

function stateOf(d: Device): string {
  if (!d.up) return "down";
  return d.carrier ? "up" : "up, no carrier";
}
