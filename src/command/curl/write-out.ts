import type { Result } from "./transfer.ts";
import type { Url } from "./url.ts";

/** What -w may ask about. */
export interface WriteOutFacts {
  readonly result: Result;
  readonly url: Url | undefined;
  readonly effective: string;
  readonly method: string;
  /** ns. */
  readonly total: number;
  readonly exitCode: number;
  readonly error: string;
  readonly redirects: number;
  readonly redirectUrl: string;
  readonly filename: string;
}

const time = (ns: number): string => (ns / 1e9).toFixed(6);

function variable(name: string, f: WriteOutFacts): string | undefined {
  const r = f.result;
  const speed = (n: number) => String(f.total > 0 ? Math.floor((n * 1e9) / f.total) : 0);
  switch (name) {
    case "http_code":
    case "response_code":
      return String(r.status).padStart(3, "0");
    case "http_connect":
      return "000";
    case "time_total":
      return time(f.total);
    case "time_connect":
    case "time_pretransfer":
      return time(r.connected);
    case "time_starttransfer":
      return time(r.firstByte);
    case "time_namelookup":
    case "time_appconnect":
    case "time_redirect":
      return time(0);
    case "size_download":
      return String(r.downloaded);
    case "size_upload":
      return String(r.uploaded);
    case "size_header":
      return String(r.headerBytes);
    case "size_request":
      return String(r.requestBytes);
    case "speed_download":
      return speed(r.downloaded);
    case "speed_upload":
      return speed(r.uploaded);
    case "num_connects":
      return String(r.connects);
    case "num_redirects":
      return String(f.redirects);
    case "redirect_url":
      return f.redirectUrl;
    case "url":
    case "url_effective":
      return f.effective;
    case "content_type":
      return r.headers.find(([n]) => n.toLowerCase() === "content-type")?.[1] ?? "";
    case "remote_ip":
      return r.remoteAddress;
    case "remote_port":
      return String(r.remotePort);
    case "local_ip":
      return r.localAddress;
    case "local_port":
      return String(r.localPort);
    case "http_version":
      return r.version === "1.0" ? "1" : r.version || "0";
    case "method":
      return f.method;
    case "scheme":
      return r.connects > 0 ? (f.url?.scheme.toUpperCase() ?? "") : "";
    case "exitcode":
      return String(f.exitCode);
    case "errormsg":
      return f.error;
    case "filename_effective":
      return f.filename;
    case "ssl_verify_result":
    case "proxy_ssl_verify_result":
    case "urlnum":
      return "0";
    default:
      return undefined;
  }
}

/** The text of -w (tool_writeout.c): %{variable}, %%, \n \r \t. */
export function writeOut(format: string, facts: WriteOutFacts, unknown: (name: string) => void): string {
  return format.replace(
    /%\{([^}]*)\}|%%|\\([nrt])|\\(.)/g,
    (all, name: string | undefined, escaped: string | undefined) => {
      if (all === "%%") return "%";
      if (escaped !== undefined) return escaped === "n" ? "\n" : escaped === "r" ? "\r" : "\t";
      if (name === undefined) return all;
      if (name === "stdout" || name === "stderr" || (name === "onerror" && facts.exitCode !== 0)) return "";
      const value = variable(name, facts);
      if (value === undefined) unknown(name);
      return value ?? "";
    },
  );
}
