import { HOME } from "../../../src/engine/kernel/home.ts";
import { CAPTURE } from "./capture.ts";
import { describeFrames, type LinkFrame } from "./describe.ts";

const DAEMON = "/tmp/capture.py";
const ASK = "/tmp/capture.ask";
const ANSWER = "/tmp/capture.answer";

/**
 * Runs the case ($CASE) with a capture in each namespace that it makes; what was seen comes on descriptor 3. The script's
 * `ip` tells of namespaces: a program before the sandbox's own or, `plain`, the function that is there already.
 */
export function captureOnKernel(plain = false): string {
  return `
cat > ${DAEMON} <<'PYTHON'
${CAPTURE}PYTHON
mkfifo ${ASK} ${ANSWER}
python3 -I -S ${DAEMON} ${ASK} ${ANSWER} >&3 &
${plain ? `echo 'watch_namespace() { echo "add $1" > ${ASK}; read -r _ < ${ANSWER}; }' >> ${HOME}/plain` : TELLING_IP}
bash -c "$CASE" lab 3>&-
status=$?
echo end > ${ASK}; read -r _ < ${ANSWER}
exit $status`;
}

const TELLING_IP = `
mv ${HOME}/bin/ip ${HOME}/bin/ip-with-profile
cat > ${HOME}/bin/ip <<'IP'
#!/bin/sh
ask() { echo "$1" > ${ASK}; read -r _ < ${ANSWER}; }
case "$1,$2" in
  net*,a*) ${HOME}/bin/ip-with-profile "$@" || exit; ask "add $3" ;;
  net*,d*) ask "del $3"; exec ${HOME}/bin/ip-with-profile "$@" ;;
  *) exec ${HOME}/bin/ip-with-profile "$@" ;;
esac
IP
chmod +x ${HOME}/bin/ip`;

/** What capture.py wrote, as text. */
export function framesOfKernel(lines: string, arpApart?: boolean): string {
  const frames: LinkFrame[] = [];
  for (const line of lines.split("\n").filter(Boolean)) {
    const [ns, dev, type, tci, checksum, hex] = line.split(" ");
    const tagged = tci === "-" ? hex : `${hex.slice(0, 24)}8100${tci.padStart(4, "0")}${hex.slice(24)}`;
    const bytes = new Uint8Array(Buffer.from(tagged, "hex"));
    frames.push({ ns, dev, type: Number(type), partial: checksum === "partial", bytes });
  }
  return describeFrames(frames, arpApart);
}
