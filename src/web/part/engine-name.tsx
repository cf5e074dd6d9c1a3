import { stage } from "../state/page.ts";

/** Says so where the lab runs on the real kernel. */
export function EngineName() {
  const engine = stage.value?.session.engine.value;
  if (engine?.kind !== "kernel") return null;
  const walk = engine.walk ? "" : " It was not started as root: it tells no walk.";
  return (
    <span
      class="engine-name mono"
      title={`The lab runs on this machine's own kernel, in a sandbox that ends with this page.${walk}`}
    >
      {engine.name}
    </span>
  );
}
