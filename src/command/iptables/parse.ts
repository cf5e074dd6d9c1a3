import { integer } from "../../netfilter/argument.ts";
import {
  type Match,
  type OptionUse,
  type RuleContext,
  type Target,
  UsageError,
} from "../../netfilter/extension.ts";
import type { TableName } from "../../netfilter/hooks.ts";
import { findMatch, findTarget, impliedMatch } from "../../netfilter/registry.ts";
import { BoundMatch, BoundTarget } from "../../netfilter/rule.ts";
import { protocolNumber } from "../../netfilter/services.ts";
import { Getopt } from "./getopt.ts";
import { merged } from "./native.ts";
import { ILLEGAL, type Op, type Request } from "./request.ts";
import { Failure, type Tool } from "./tool.ts";
import { isKnownElsewhere } from "./unmodelled.ts";
import {
  ANY,
  checkChainName,
  checkJump,
  MAX_NAME,
  parseAddresses,
  parseInterface,
  ruleNumber,
  VERDICTS,
} from "./words.ts";

/** An extension being filled. */
interface Loaded {
  readonly extension: Match | Target;
  readonly options: Match["options"];
  readonly data: unknown;
  readonly given: Set<string>;
}

/** What an option's parser is told; one object a command line. */
class Use implements OptionUse {
  extension = "";
  option = "";
  inverted = false;
  private readonly parser: Parser;

  constructor(parser: Parser) {
    this.parser = parser;
  }
  get rule(): RuleContext {
    return this.parser.context();
  }
  following(): string | undefined {
    return this.parser.following();
  }
  resolve(name: string): readonly number[] {
    return this.parser.tool.hosts.resolve(name);
  }
  warn(text: string): void {
    this.parser.tool.err(text);
  }
}

/** Sets of option names, used again from line to line. */
const spareSets: Set<string>[] = [];

/** Parses one command line (do_parse). `restoring`: a line of iptables-restore, whose table is known. */
export class Parser {
  readonly tool: Tool;
  private readonly getopt: Getopt<Loaded>;
  private readonly request: Request;
  private readonly loaded: Loaded[] = [];
  private readonly matches: Loaded[] = [];
  private target: Loaded | null = null;
  private flags = "";
  private inverted = false;
  private protocolText: string | null = null;
  private impliedUsed = false;
  private srcText: string | undefined;
  private srcInverted = false;
  private dstText: string | undefined;
  private dstInverted = false;
  private waits = false;
  private readonly restoring: boolean;
  private readonly use: Use;

  constructor(tool: Tool, argv: readonly string[], table: string, restoring: boolean) {
    this.tool = tool;
    this.restoring = restoring;
    this.use = new Use(this);
    // A line of iptables-restore has no argv[0].
    this.getopt = new Getopt(argv, restoring ? 0 : 1);
    this.request = {
      ops: [],
      table,
      tableGiven: false,
      chain: undefined,
      newName: undefined,
      policy: undefined,
      rulenum: 0,
      numeric: false,
      verbose: 0,
      exact: false,
      lineNumbers: false,
      counters: null,
      help: false,
      version: false,
      otherFamily: false,
      spec: {
        src: ANY,
        dst: ANY,
        in: null,
        out: null,
        protocol: 0,
        protocolInverted: false,
        fragment: null,
        matches: [],
        target: null,
        jump: "",
        isGoto: false,
      },
    };
  }

  /** The texts for -h of the extensions that were named: the target's, then the matches'. */
  helpTexts(): string[] {
    this.loadProtocol();
    return [...(this.target ? [this.target] : []), ...this.matches].map((l) => l.extension.help);
  }

  get result(): Request {
    return this.request;
  }

  parse(): Request {
    const { getopt, request } = this;
    for (;;) {
      const found = getopt.next(this.loaded);
      if (found === null) break;
      if (found.kind === "word") {
        if (found.word !== "!") throw new Failure(`Bad argument \`${found.word}'\n`, 2, true);
        if (this.inverted) throw new UsageError("multiple consecutive ! not allowed");
        this.inverted = true;
        continue;
      }
      if (found.kind === "base") this.base(found.letter, found.arg);
      else if (found.kind === "extension") this.extension(found.owner, found.option, found.arg);
      else {
        if (this.loadProtocol()) {
          getopt.again();
          continue;
        }
        throw new UsageError(`unknown option "${found.word}"`);
      }
      if (request.version || request.help || request.otherFamily) return request;
      this.inverted = false;
    }
    return this.finish();
  }

  // ── options ──────────────────────────────────────────────────────────────────────────────────────────

  private command(op: Op, chain: string | undefined): void {
    const { request } = this;
    if (this.inverted) throw new UsageError(`unexpected '!' flag before --${op}`);
    const old = request.ops[0];
    // -L and -S may be followed by -Z.
    const pair = (a: Op, b: Op) => (a === "L" || a === "S") && b === "Z";
    if (old !== undefined && !pair(old, op) && !pair(op, old))
      throw new UsageError(`Cannot use -${op.toUpperCase()} with -${old.toUpperCase()}`);
    request.ops.push(op);
    if (chain !== undefined) request.chain = chain;
  }

  private set(letter: string): void {
    if (this.flags.includes(letter)) throw new UsageError(`multiple -${letter} flags not allowed`);
    this.flags += letter;
    if (this.inverted && !"sdpiof".includes(letter)) throw new UsageError(`cannot have ! before -${letter}`);
  }

  private optionalWord(arg: string | undefined): string | undefined {
    if (arg !== undefined) return arg;
    const { getopt } = this;
    return getopt.hasArgument ? getopt.argv[getopt.index++] : undefined;
  }

  private base(letter: string, arg: string | undefined): void {
    const { getopt, request, tool } = this;
    const { spec } = request;
    const { inverted } = this;
    // Several options read argv[optind - 1] instead of optarg: glued to its option, an argument has it in front.
    const word = getopt.argv[getopt.index - 1];
    switch (letter) {
      case "A":
      case "C":
        this.command(letter, arg);
        return;
      case "D":
        if (getopt.hasArgument) {
          request.rulenum = ruleNumber(getopt.argv[getopt.index++]);
          this.command("d", arg);
        } else this.command("D", arg);
        return;
      case "R":
        this.command("R", arg);
        if (!getopt.hasArgument) throw new UsageError("-R requires a rule number");
        request.rulenum = ruleNumber(getopt.argv[getopt.index++]);
        return;
      case "I":
        this.command("I", arg);
        request.rulenum = getopt.hasArgument ? ruleNumber(getopt.argv[getopt.index++]) : 1;
        return;
      case "L":
      case "S":
      case "Z": {
        const chain = this.optionalWord(arg);
        const number =
          chain !== undefined && getopt.hasArgument ? ruleNumber(getopt.argv[getopt.index++]) : 0;
        if (number > 0) request.rulenum = number;
        this.command(letter === "Z" && number > 0 ? "z" : letter, chain);
        return;
      }
      case "F":
      case "X":
        this.command(letter, this.optionalWord(arg));
        return;
      case "N":
        checkChainName(arg as string);
        this.command("N", arg);
        return;
      case "E":
        this.command("E", arg);
        if (!getopt.hasArgument) throw new UsageError("-E requires old-chain-name and new-chain-name");
        request.newName = getopt.argv[getopt.index++];
        return;
      case "P":
        this.command("P", arg);
        if (!getopt.hasArgument) throw new UsageError("-P requires a chain and a policy");
        request.policy = getopt.argv[getopt.index++];
        return;
      case "h":
        request.help = true;
        return;
      case "p":
        this.set("p");
        this.protocol(word.toLowerCase());
        return;
      case "s":
        this.set("s");
        this.srcText = word;
        this.srcInverted = inverted;
        return;
      case "d":
        this.set("d");
        this.dstText = word;
        this.dstInverted = inverted;
        return;
      case "g":
      case "j":
        this.set("j");
        this.jump(word, letter === "g");
        return;
      case "i":
        this.set("i");
        spec.in = parseInterface(word, inverted, tool);
        return;
      case "o":
        this.set("o");
        spec.out = parseInterface(word, inverted, tool);
        return;
      case "f":
        this.set("f");
        spec.fragment = { inverted };
        return;
      case "v":
        if (request.verbose === 0) this.set("v");
        request.verbose++;
        return;
      case "m": {
        if (inverted) throw new UsageError("unexpected ! flag before --match");
        this.loadMatch(arg as string);
        return;
      }
      case "n":
        this.set("n");
        request.numeric = true;
        return;
      case "t":
        if (inverted) throw new UsageError("unexpected ! flag before --table");
        if (this.restoring) throw new UsageError("The -t option cannot be used in iptables-restore.\n");
        if (request.tableGiven) throw new UsageError("multiple -t flags not allowed");
        request.table = arg as string;
        request.tableGiven = true;
        return;
      case "x":
        this.set("x");
        request.exact = true;
        return;
      case "V":
        request.version = true;
        return;
      case "w": {
        if (this.restoring) throw new UsageError("You cannot use `-w' from iptables-restore");
        const seconds = this.optionalWord(arg);
        if (seconds !== undefined && integer(seconds, 0, 0x7fffffff) === undefined)
          throw new UsageError("wait seconds not numeric");
        this.waits = true;
        return;
      }
      case "W":
        this.optionalWord(arg);
        tool.err("Ignoring deprecated --wait-interval option.\n");
        if (!this.waits) this.flags += "W";
        return;
      case "0":
        this.set("0");
        request.lineNumbers = true;
        return;
      case "M":
        return;
      case "c":
        this.set("c");
        this.counters(arg as string);
        return;
      case "4":
      case "6":
        if ((letter === "4") === (tool.family === "ipv4")) return;
        if (!this.restoring) throw new Failure("", 2, true);
        request.otherFamily = true;
    }
  }

  private counters(arg: string): void {
    const { getopt, request } = this;
    let packets = arg;
    let bytes: string | undefined;
    const comma = arg.indexOf(",");
    if (comma >= 0) {
      packets = arg.slice(0, comma);
      bytes = arg.slice(comma + 1);
    } else if (getopt.hasArgument) bytes = getopt.argv[getopt.index++];
    else throw new UsageError("-c requires packet and byte counter");
    if (!/^\d/.test(packets)) throw new UsageError("-c packet counter not numeric");
    if (!/^\d/.test(bytes)) throw new UsageError("-c byte counter not numeric");
    request.counters = { packets: Number.parseInt(packets, 10), bytes: Number.parseInt(bytes, 10) };
  }

  /** xtables_parse_protocol */
  private protocol(text: string): void {
    const { spec } = this.request;
    const number = integer(text, 0, 255) ?? (text === "all" || text === "ip" ? 0 : protocolNumber(text));
    if (number === undefined) throw new UsageError(`unknown protocol "${text}" specified`);
    if (number === 0 && this.inverted) throw new UsageError("rule would never match protocol");
    spec.protocol = number;
    spec.protocolInverted = this.inverted;
    this.protocolText = text;
  }

  private jump(name: string, isGoto: boolean): void {
    const { spec } = this.request;
    checkJump(name);
    spec.jump = name;
    spec.isGoto = isGoto;
    if (isGoto || VERDICTS.has(name)) return;
    const target = findTarget(name, this.tool.family);
    if (target !== undefined) {
      this.target = this.load(target);
      return;
    }
    if (isKnownElsewhere("target", name))
      throw new UsageError(`Couldn't load target \`${name}':it is not modelled\n`);
  }

  private load(extension: Match | Target): Loaded {
    const loaded = {
      extension,
      options: extension.options,
      data: extension.initial(),
      given: spareSets.pop() ?? new Set<string>(),
    };
    this.loaded.push(loaded);
    return loaded;
  }

  private loadMatch(name: string): void {
    const match = findMatch(name, this.tool.family);
    if (match === undefined) {
      const why = isKnownElsewhere("match", name) ? "it is not modelled" : "No such file or directory";
      throw new UsageError(`Couldn't load match \`${name}':${why}\n`);
    }
    this.matches.push(this.load(match));
  }

  /** load_proto: -p tcp brings the tcp match along when an option is not known otherwise. */
  private loadProtocol(): boolean {
    if (this.protocolText === null || this.impliedUsed) return false;
    const match = impliedMatch(this.request.spec.protocol, this.tool.family);
    if (match === undefined || this.matches.some((l) => l.extension === match)) return false;
    this.impliedUsed = true;
    this.matches.push(this.load(match));
    return true;
  }

  /** xtables_option_parse */
  private extension(owner: Loaded, option: Match["options"][number], value: string): void {
    const { extension, given } = owner;
    const name = extension.name;
    if (given.has(option.name) && option.repeatable !== true)
      throw new UsageError(
        typeof option.repeatable === "string"
          ? option.repeatable
          : `${name}: option "--${option.name}" can only be used once.\n`,
      );
    if (this.inverted && !option.invertible)
      throw new UsageError(`${name}: option "--${option.name}" cannot be inverted.\n`);
    given.add(option.name);
    this.use.extension = name;
    this.use.option = option.name;
    this.use.inverted = this.inverted;
    option.parse(owner.data, value, this.use);
  }

  following(): string | undefined {
    return this.getopt.argv[this.getopt.index++];
  }

  context(): RuleContext {
    const { request, tool } = this;
    return {
      family: tool.family,
      table: request.table as TableName,
      chain: request.chain ?? "",
      protocol: request.spec.protocol,
      protocolInverted: request.spec.protocolInverted,
      variant: tool.variant,
    };
  }

  // ── after the last option ────────────────────────────────────────────────────────────────────────────

  private finish(): Request {
    const { request, getopt } = this;
    const { spec } = request;
    const [op] = request.ops;
    if (op === undefined) throw new UsageError("no command specified");
    if (request.table === "nat" && (spec.jump === "DROP" || request.policy === "DROP"))
      throw new UsageError(
        `\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n`,
      );
    for (const loaded of this.matches) this.complete(loaded);
    if (this.target) this.complete(this.target);
    if (getopt.index < getopt.argv.length) throw new UsageError("unknown arguments found on commandline");
    if (this.inverted) throw new UsageError("nothing appropriate following !");
    if (this.flags.includes("W") && !this.waits)
      throw new UsageError("--wait-interval only makes sense with --wait\n");

    spec.src = parseAddresses(this.srcText, this.srcInverted, this.tool);
    spec.dst = parseAddresses(this.dstText, this.dstInverted, this.tool);
    if ((this.srcInverted && spec.src.length > 1) || (this.dstInverted && spec.dst.length > 1))
      throw new UsageError("! not allowed with multiple source or destination IP addresses");
    if (op === "R" && (spec.src.length !== 1 || spec.dst.length !== 1))
      throw new UsageError("Replacement rule does not specify a unique address");

    if (this.flags !== "") this.checkFlags(request.ops);
    const { chain } = request;
    if (chain !== undefined && chain.length >= MAX_NAME)
      throw new UsageError(`chain name \`${chain}' too long (must be under ${MAX_NAME} chars)`);
    if ("ADCIR".includes(op)) {
      if (spec.out && (chain === "PREROUTING" || chain === "INPUT"))
        throw new UsageError(`Can't use -o with ${chain}\n`);
      if (spec.in && (chain === "POSTROUTING" || chain === "OUTPUT"))
        throw new UsageError(`Can't use -i with ${chain}\n`);
    }
    // nf_tables says nothing for "any name"; the old interface keeps it.
    if (this.tool.variant === "nft") {
      if (spec.in?.wildcard && spec.in.name === "" && !spec.in.inverted) spec.in = null;
      if (spec.out?.wildcard && spec.out.name === "" && !spec.out.inverted) spec.out = null;
    }
    const matches = this.matches.map(({ extension, data }) => ({ match: extension as Match, data }));
    for (const { match, data } of this.tool.variant === "nft" ? merged(matches) : matches)
      spec.matches.push(new BoundMatch(match, data));
    if (this.target) spec.target = new BoundTarget(this.target.extension as Target, this.target.data);
    return request;
  }

  /** generic_opt_check: an option is illegal when none of the commands takes it. */
  private checkFlags(ops: readonly Op[]): void {
    const illegal = ILLEGAL[ops[0]];
    for (let i = 0; i < illegal.length; i++) {
      const flag = illegal[i];
      if (this.flags.includes(flag) && (ops.length === 1 || ops.every((op) => ILLEGAL[op].includes(flag))))
        throw new UsageError(`Illegal option \`-${flag}' with this command`);
    }
  }

  /** The extension's own check, then what its options say of each other (xtables_options_fcheck). */
  private complete({ extension, data, given }: Loaded): void {
    if (extension.check) extension.check(data, given, this.context());
    for (const option of extension.options) {
      const { name } = option;
      if (!given.has(name)) {
        if (option.required)
          throw new UsageError(`${extension.name}: option "--${name}" must be specified\n`);
        continue;
      }
      for (const other of option.excludes ?? [])
        if (given.has(other))
          throw new UsageError(
            `${extension.name}: option "--${name}" cannot be used together with "--${other}".\n`,
          );
      for (const other of option.requires ?? [])
        if (!given.has(other))
          throw new UsageError(`${extension.name}: option "--${name}" also requires "--${other}".\n`);
    }
  }
}
