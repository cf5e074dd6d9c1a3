import type { Command } from "../machine/program.ts";
import { sed } from "./sed/sed.ts";
import { cat, pager, rev, tac } from "./text/cat.ts";
import { echo, falseTool, printf, sync, trueTool, yes } from "./text/echo.ts";
import { expr } from "./text/expr.ts";
import { column, cut, nl, paste } from "./text/fields.ts";
import { grep } from "./text/grep.ts";
import { head, tail } from "./text/head.ts";
import { basename, dirname } from "./text/path.ts";
import { seq } from "./text/seq.ts";
import { sort } from "./text/sort.ts";
import { tee } from "./text/tee.ts";
import { tr } from "./text/tr.ts";
import { uniq } from "./text/uniq.ts";
import { wc } from "./text/wc.ts";

/** The general tools: what coreutils, procps, util-linux, grep, sed and awk bring to a script. */
export const TOOLS: readonly Command[] = [
  cat,
  tac,
  rev,
  pager,
  echo,
  printf,
  yes,
  trueTool,
  falseTool,
  sync,
  expr,
  cut,
  paste,
  column,
  nl,
  grep,
  sed,
  head,
  tail,
  basename,
  dirname,
  seq,
  sort,
  tee,
  tr,
  uniq,
  wc,
];
