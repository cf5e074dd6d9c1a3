import { quoted } from "../argument.ts";
import { match } from "../extension.ts";
import { BOTH } from "../headers.ts";

export const comment = match<{ text: string }>({
  name: "comment",
  families: BOTH,
  stateless: true,
  always: true,
  help: `comment match options:
--comment COMMENT             Attach a comment to a rule

`,
  options: [
    {
      name: "comment",
      arg: "COMMENT",
      required: true,
      parse(data, value) {
        // What is longer than XT_MAX_COMMENT_LEN is cut, without a word.
        data.text = value.slice(0, 255);
      },
    },
  ],
  initial: () => ({ text: "" }),
  judge: () => () => true,
  print: (data) => `/* ${data.text} */`,
  save: (data) => `--comment ${quoted(data.text)}`,
});
