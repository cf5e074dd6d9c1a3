/** A URL's parts, as curl needs them. */
export interface Url {
  readonly scheme: string;
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** Whether the port stands in the URL and is not the scheme's own. */
  readonly explicitPort: boolean;
  /** Path and query. */
  readonly path: string;
}

/** A URL, http unless it says otherwise; undefined when it is none. */
export function parseUrl(text: string): Url | undefined {
  const m = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):\/\/\/?)?(?:([^/?#@]*)@)?([^/?#]*)([^#]*)/.exec(text.trim());
  if (!m || /\s/.test(text.trim())) return undefined;
  const scheme = (m[1] ?? "http").toLowerCase();
  const hostPort = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(m[3]);
  if (!hostPort || hostPort[1] === "") return undefined;
  const standard = scheme === "https" ? 443 : 80;
  const port = hostPort[2] ? Number(hostPort[2]) : standard;
  if (port > 65535) return undefined;
  const rest = m[4] === "" ? "/" : m[4].startsWith("?") ? `/${m[4]}` : m[4];
  return { scheme, user: m[2] ?? "", host: hostPort[1], port, explicitPort: port !== standard, path: rest };
}

/** A redirect's target, from where it was said. */
export function resolveUrl(base: Url, location: string): string {
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(location)) return location;
  if (location.startsWith("//")) return `${base.scheme}:${location}`;
  const root = `${base.scheme}://${base.host}${base.explicitPort ? `:${base.port}` : ""}`;
  if (location.startsWith("/")) return root + location;
  return `${root}${base.path.split("?")[0].replace(/[^/]*$/, "")}${location}`;
}
