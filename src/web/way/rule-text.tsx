import type { ComponentChildren } from "preact";

/** Options and what follows them, as iptables-save writes a rule; quoted words are one. */
const WORDS = /"(?:[^"\\]|\\.)*"|\S+/g;

interface Props {
  readonly text: string;
  /** Chains of the user's own, that a jump may lead to. */
  readonly leadsTo?: (chain: string) => (() => void) | undefined;
}

/** A rule, coloured by what its words are; a jump to a user's chain opens it. */
export function RuleText({ text, leadsTo }: Props) {
  const parts: ComponentChildren[] = [];
  let before = "";
  for (const [word] of text.matchAll(WORDS)) {
    if (parts.length > 0) parts.push(" ");
    const open = before === "-j" || before === "-g" ? leadsTo?.(word) : undefined;
    if (open) {
      parts.push(
        <button type="button" class="link" title={`show the chain ${word}`} onClick={open}>
          {word}
        </button>,
      );
    } else if (word === "!") parts.push(<b class="not">!</b>);
    else if (word.startsWith("-") && !/^-\d/.test(word)) parts.push(<span class="option">{word}</span>);
    else if (before === "-j" || before === "-g") parts.push(<b class="verdict">{word}</b>);
    else parts.push(word);
    before = word;
  }
  return <code>{parts.length === 0 ? "(any packet)" : parts}</code>;
}
