import { expect, it } from "vitest";
import { contentType, escapeHtml, httpDate, parseHttpDate, quote } from "./http.ts";

it("names as Python 3.11 lists them", () => {
  // From a real listing of a folder that holds "a b&<x>.txt".
  expect(quote("a b&<x>.txt")).toBe("a%20b%26%3Cx%3E.txt");
  expect(escapeHtml("a b&<x>.txt")).toBe("a b&amp;&lt;x&gt;.txt");
});

it("dates as the Date header has them", () => {
  expect(httpDate(Date.UTC(2026, 10, 23, 1, 51, 42) * 1e6)).toBe("Mon, 23 Nov 2026 01:51:42 GMT");
  expect(parseHttpDate("Mon, 23 Nov 2026 01:51:42 GMT")).toBe(Date.UTC(2026, 10, 23, 1, 51, 42) / 1000);
});

it("content types by the last ending", () => {
  expect(contentType("/srv/index.html")).toBe("text/html");
  expect(contentType("/srv/.hid")).toBe("application/octet-stream");
});
