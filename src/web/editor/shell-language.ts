import { StreamLanguage } from "@codemirror/language";

const WORDS = new Set(
  "if then else elif fi for in do done while until case esac function select time return exit break continue local export".split(
    " ",
  ),
);
const TOOLS = new Set(
  "ip iptables ip6tables iptables-save iptables-restore bridge sysctl ping traceroute tracepath arping conntrack ss nc curl tcpdump python3 sudo echo sleep cat grep sed awk kill pkill wait dmesg brctl ifconfig route arp hping3 bash source cd set".split(
    " ",
  ),
);
const VERDICTS =
  /^(ACCEPT|DROP|REJECT|RETURN|LOG|SNAT|DNAT|MASQUERADE|REDIRECT|MARK|CONNMARK|NOTRACK|CT|TCPMSS|NFLOG)\b/;
const CHAINS = /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)\b/;

interface State {
  /** The quote that is open. */
  quote: string;
  /** The next word is a command's name. */
  start: boolean;
}

/** Shell scripts and iptables rules, coloured by what they mean to a network. */
export const shellLanguage = StreamLanguage.define<State>({
  name: "shell",
  startState: () => ({ quote: "", start: true }),
  token(stream, state) {
    if (stream.sol() && state.quote === "") state.start = true;
    if (state.quote !== "") {
      while (!stream.eol()) {
        const c = stream.next();
        if (c === "\\" && state.quote === '"') stream.next();
        else if (c === state.quote) {
          state.quote = "";
          break;
        }
      }
      return "string";
    }
    if (stream.eatSpace()) return null;
    if (stream.sol() && (stream.match(/^\*\w+$/) || stream.match(/^COMMIT\b/))) return "keyword";
    if (stream.peek() === "#") {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match(/^[;&|]+|^\$?\(+|^\)+|^[{}]/)) {
      state.start = true;
      return "operator";
    }
    if (stream.match(/^\$\{[^}]*\}|^\$\w+|^\$[@#?$!*]/)) return "variableName";
    const quote = stream.match(/^["']/) as RegExpMatchArray | null;
    if (quote) {
      state.quote = quote[0];
      return "string";
    }
    if (
      stream.match(/^\d{1,3}(\.\d{1,3}){3}(\/\d+)?(:\d+)?/) ||
      stream.match(/^([0-9a-f]{2}:){5}[0-9a-f]{2}/i)
    )
      return "number";
    if (stream.match(VERDICTS)) return "typeName";
    if (stream.match(CHAINS)) return "className";
    if (stream.match(/^--?[A-Za-z][\w-]*/)) return "attributeName";
    const word = stream.match(/^[^\s;&|(){}"'$#]+/) as RegExpMatchArray | null;
    if (!word) {
      stream.next();
      return null;
    }
    const first = state.start;
    state.start = word[0] === "sudo" || word[0] === "exec" || WORDS.has(word[0]);
    if (WORDS.has(word[0])) return "keyword";
    if (first && TOOLS.has(word[0])) return "variableName.function";
    return null;
  },
  tokenTable: {},
  languageData: { commentTokens: { line: "#" } },
});
