/** gnulib's quote(): ‘word’, as in UTF-8 locales; labs run in C.UTF-8. */
export function quote(text: string): string {
  return `\u2018${text.replace(/[\\\n\t]/g, (c) => (c === "\\" ? "\\\\" : c === "\n" ? "\\n" : "\\t"))}\u2019`;
}

/** quoteaf(): a file's name in a message, always in quotes. */
export function quoteFile(path: string): string {
  return path.includes("'") ? `"${path}"` : `'${path}'`;
}

/** quotef(): quotes only where a shell would need them. */
export function quoteIfNeeded(path: string): string {
  return path !== "" && /^[^\s'"\\$`!&*()[\]{};<>|?~#=]+$/.test(path) ? path : quoteFile(path);
}
