/** dash's words for what bash says otherwise; the first that fits. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(.*): command not found$/s, "$1: not found"],
  [/^cd: (.*): (?:No such file or directory|Not a directory|Permission denied)$/s, "cd: can't cd to $1"],
  [/^(.*): cannot execute: required file not found$/s, "$1: not found"],
  [/^([^:]*): No such file or directory$/, "$1: not found"],
  [/^(\S*): Is a directory$/, "$1: Permission denied"],
  [/^\$?(.*): unbound variable$/s, "$1: parameter not set"],
  [/^(.*): parameter null or not set$/s, "$1: parameter not set or null"],
  [/^.*: bad substitution$/s, "Bad substitution"],
  [/^(?:\w+: )?(\w+): readonly variable$/, "$1: is read only"],
  [/^(?:\w+: )?(\w+): cannot unset: readonly variable$/, "unset: $1: is read only"],
  [/^(\[|test): (.*): integer expression expected$/s, "$1: Illegal number: $2"],
  [/^\[: missing `]'$/, "[: missing ]"],
  [/^(\w+): (.*): numeric argument required$/s, "$1: Illegal number: $2"],
  [/^set: (\w+): invalid option name$/, "set: Illegal option -o $1"],
  [/^(\w+): [-+](.).*: invalid option$/, "$1: Illegal option -$2"],
  [/^trap: (.*): invalid signal specification$/s, "trap: $1: bad trap"],
  [/^kill: \(.*\) - No such process$/, "kill: No such process\n"],
  [/^kill: (.*): arguments must be process or job IDs$/s, "kill: Illegal number: $1"],
  [/^(wait|kill): (.*): no such job$/, "$1: No such job: $2"],
  [/^wait: `(.*)': not a pid or valid job spec$/s, "wait: Illegal number: $1"],
  [/^local: can only be used in a function$/, "local: not in a function"],
  [/^(\w+): `(.*?)(?:=.*)?': not a valid identifier$/s, "$1: $2: bad variable name"],
  [/^(\w+): write error: .*$/, "$1: $1: I/O error"],
  [/^printf: `(.)': invalid format character$/, "printf: %$1: invalid directive"],
  [/^printf: (\d.*): invalid number$/s, "printf: $1: not completely converted"],
  [/^printf: (.*): invalid number$/s, "printf: $1: expected numeric value"],
  [/^umask: (.*): octal number out of range$/s, "umask: Illegal number: $1"],
  [/^umask: `(.*)': invalid symbolic mode character$/s, "umask: Illegal mode: $1"],
];

export function inDashWords(message: string): string {
  for (const [pattern, words] of WORDS) if (pattern.test(message)) return message.replace(pattern, words);
  return message;
}
