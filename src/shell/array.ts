import type { Running } from "../machine/process.ts";
import { bracedWords, fieldsOf } from "./expand.ts";
import { Fault } from "./fault.ts";
import type { Ast } from "./parse.ts";
import type { Shell } from "./shell.ts";
import { assignedText } from "./simple.ts";
import { driven } from "./subshell.ts";
import { Associative, Indexed, type Variable } from "./variables.ts";
import { endOfSubscript } from "./word.ts";

/** name=(…): elements in order, [index]=value, or key and value pairs for an associative array. */
export function* assignArray(
  sh: Shell,
  v: Variable,
  name: string,
  value: Ast.ArrayValue,
  append: boolean,
): Running<void> {
  if (v.readonly) throw new Fault(`${name}: readonly variable`);
  // Elements may name the array itself, so all are expanded before it is emptied.
  const items: { index: string | undefined; text: string; append: boolean }[] = [];
  for (const word of value.elements) {
    const raw = word.text;
    const end = raw.startsWith("[") ? endOfSubscript(raw) : -1;
    const sign = end > 0 ? /^\+?=/.exec(raw.slice(end + 1))?.[0] : undefined;
    if (sign !== undefined) {
      const text = yield* assignedText(sh, raw.slice(end + 1 + sign.length));
      items.push({ index: raw.slice(1, end), text, append: sign === "+=" });
      continue;
    }
    for (const parsed of bracedWords(sh, raw)) {
      const fields = yield* driven(sh, () => {
        const out: string[] = [];
        fieldsOf(sh, parsed, out);
        return out;
      });
      for (const text of fields) items.push({ index: undefined, text, append: false });
    }
  }
  if (v.assoc) {
    const old = v.assoc;
    const assoc = append ? old : new Associative();
    v.assoc = assoc;
    if (items.length > 0 && items.every((i) => i.index === undefined)) {
      for (let i = 0; i < items.length; i += 2) assoc.set(items[i].text, items[i + 1]?.text ?? "");
      return;
    }
    for (const item of items) {
      if (item.index === undefined) {
        sh.complain(`${name}: ${item.text}: must use subscript when assigning associative array`);
        v.assoc = old;
        return;
      }
      sh.assignTo(v, name, item.index, item.text, item.append);
    }
    return;
  }
  if (!append) {
    v.indexed = new Indexed();
    v.value = undefined;
  }
  const array = v.toIndexed();
  let next = append ? array.next : 0;
  for (const item of items) {
    if (item.index === undefined) {
      sh.assignTo(v, name, String(next), item.text, false);
      next++;
    } else {
      sh.assignTo(v, name, item.index, item.text, item.append);
      const at = Number(/^\d+$/.test(item.index) ? item.index : [...array.keys()].at(-1));
      next = at + 1;
    }
  }
}
