import { isNowOnly, stage } from "../state/page.ts";

/** Says that a panel shows the lab as it is now, though an earlier moment of the walk is shown beside it. */
export function NowOnly() {
  if (!isNowOnly.value) return null;
  const name = stage.value?.session.engine.value?.name ?? "this engine";
  return (
    <span class="now-only" title={`${name} cannot be asked how it was at an earlier moment`}>
      as it is now
    </span>
  );
}
