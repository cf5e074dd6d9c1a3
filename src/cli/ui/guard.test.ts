import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { Guard } from "./guard.ts";

const guard = new Guard();
guard.listens(4711);
const HOST = "127.0.0.1:4711";

function ask(url: string, headers: Record<string, string> = {}, method = "GET") {
  return guard.path({ url, method, headers: { host: HOST, ...headers } } as unknown as IncomingMessage);
}
const own = `/${guard.secret}`;

describe("who may ask", () => {
  test("the secret has 192 bits and is another each time", () => {
    expect(guard.secret).toMatch(/^[\w-]{32}$/);
    expect(new Guard().secret).not.toBe(guard.secret);
  });

  test("whoever knows it, from this machine's names", () => {
    expect(ask(`${own}/lab.json?x`)).toEqual({ path: "/lab.json" });
    expect(ask(`${own}/`, { host: "localhost:4711", origin: "http://localhost:4711" })).toEqual({
      path: "/",
    });
    expect(ask(own)).toEqual({ path: "" });
  });

  test.each([
    "/",
    "",
    "*",
    "/lab.json",
    "//lab.json",
    `/${guard.secret}x/`,
    `/${guard.secret.slice(0, -1)}/`,
    `/${guard.secret.toLowerCase()}/`,
    `/x/${guard.secret}/`,
    `/%2e%2e/${guard.secret}/`,
    `http://${HOST}/${guard.secret}/`,
    `/?${guard.secret}`,
  ])("not without it: %s", (url) => {
    expect(ask(url)).toEqual({ refused: "secret" });
  });

  test.each(["evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:4711.evil.example", "[::1]:4711", ""])(
    "not under another name: %s",
    (host) => {
      expect(ask(`${own}/`, { host })).toEqual({ refused: "host" });
    },
  );

  test.each([
    { origin: "http://evil.example" },
    { origin: "null" },
    { origin: "https://127.0.0.1:4711" },
    { origin: "http://127.0.0.1:4712" },
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" },
    { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" },
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
  ] as Record<string, string>[])("not for another page: %j", (headers) => {
    expect(ask(`${own}/`, headers)).toEqual({ refused: "origin" });
  });

  test("a person may be led here, into a window of its own", () => {
    const headers = {
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
    };
    expect(ask(`${own}/`, headers)).toEqual({ path: "/" });
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"])("nothing but reading: %s", (method) => {
    expect(ask(`${own}/`, {}, method)).toEqual({ refused: "method" });
  });

  test("a WebSocket only from a page that says from where", () => {
    const request = (headers: Record<string, string>) =>
      guard.socketPath({ url: `${own}/engine`, method: "GET", headers: { host: HOST, ...headers } } as never);
    expect(request({})).toEqual({ refused: "origin" });
    expect(request({ origin: `http://${HOST}` })).toEqual({ path: "/engine" });
  });
});
