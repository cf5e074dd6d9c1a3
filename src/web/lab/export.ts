import type { Session } from "../state/session.ts";
import type { Lab } from "./lab.ts";

/** Gives the person a file. */
export function download(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const a = document.createElement("a");
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const fileName = (session: Session, ending: string): string =>
  `${session.lab.name.replace(/[^\w.-]+/g, "-")}.${ending}`;

export function exportScript({ main, files }: Lab): void {
  download(main || "lab.sh", files[main] ?? "", "text/x-shellscript");
}

export function exportEvents(session: Session): void {
  download(
    fileName(session, "events.jsonl"),
    session.events.map((e) => `${JSON.stringify(e)}\n`).join(""),
    "application/jsonl",
  );
}

export async function exportCapture(session: Session): Promise<void> {
  download(fileName(session, "pcapng"), await session.capture(), "application/vnd.tcpdump.pcap");
}

/** The topology as a drawing that stands alone: the page's style is written into it. */
export function exportSvg(session: Session): void {
  const map = document.getElementById("topology");
  if (!map) return;
  const copy = map.cloneNode(true) as SVGSVGElement;
  const from = [map, ...map.querySelectorAll("*")];
  const to = [copy, ...copy.querySelectorAll("*")];
  for (const [i, element] of from.entries()) {
    const style = getComputedStyle(element);
    const words = [
      "fill",
      "stroke",
      "stroke-width",
      "stroke-dasharray",
      "font-family",
      "font-size",
      "font-weight",
      "opacity",
      "transform",
    ]
      .map((name) => `${name}:${style.getPropertyValue(name)}`)
      .join(";");
    to[i].setAttribute("style", words);
  }
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  // All of the lab, whatever part of it is in sight.
  if (map.dataset.whole !== undefined) copy.setAttribute("viewBox", map.dataset.whole);
  copy.style.background = getComputedStyle(document.documentElement).getPropertyValue("--panel");
  download(fileName(session, "svg"), new XMLSerializer().serializeToString(copy), "image/svg+xml");
}
