import type { Command } from "../machine/program.ts";
import { awk } from "./awk/awk.ts";
import { cp, mv } from "./file/copy.ts";
import { find } from "./file/find.ts";
import { ls } from "./file/ls.ts";
import { chmod, chown, ln, mkdir, mkfifo, mktemp, rm, rmdir, touch } from "./file/make.ts";
import { pwd, readlink, realpath, stat, which } from "./file/names.ts";
import { date } from "./process/date.ts";
import { clear, hostname, id, modprobe, nproc, stty, tput, uname, whoami } from "./process/identity.ts";
import { kill, killall, pgrep, pidof, pkill } from "./process/kill.ts";
import { ps } from "./process/ps.ts";
import { watch } from "./process/watch.ts";
import { env, nohup, nsenter, printenv, setsid, sleep, sudo, timeout, unshare } from "./process/wrap.ts";
import { xargs } from "./process/xargs.ts";
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
import { test } from "./text/test.ts";
import { tr } from "./text/tr.ts";
import { uniq } from "./text/uniq.ts";
import { wc } from "./text/wc.ts";

/** The general tools: what coreutils, procps, util-linux, grep, sed and awk bring to a script. */
export const TOOLS: readonly Command[] = [
  ...[cat, tac, rev, pager, echo, printf, yes, trueTool, falseTool, sync, expr, test],
  ...[cut, paste, column, nl, grep, sed, awk, head, tail, basename, dirname, seq, sort, tee, tr, uniq, wc],
  ...[
    ls,
    cp,
    mv,
    rm,
    rmdir,
    mkdir,
    mkfifo,
    touch,
    ln,
    chmod,
    chown,
    mktemp,
    pwd,
    readlink,
    realpath,
    stat,
    which,
    find,
  ],
  ...[sleep, timeout, env, printenv, nohup, setsid, sudo, nsenter, unshare, xargs, watch],
  ...[kill, killall, pgrep, pkill, pidof, ps, date],
  ...[id, whoami, hostname, uname, nproc, clear, stty, tput, modprobe],
];
