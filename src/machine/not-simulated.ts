/**
 * Programs that labs call and that are not simulated. They are not in PATH (`command -v docker` fails, as on a
 * machine without it); who finds no such program says "NAME: not simulated by Packetwalk" for these, and
 * ends with 127.
 */
export const NOT_SIMULATED: ReadonlySet<string> = new Set(
  (
    "tc nft docker podman tshark dumpcap wireshark iperf iperf3 socat nslookup dig host netstat su runuser chroot xterm gnome-terminal tmux " +
    "screen ssh sshd scp node perl ruby dnsmasq dhclient udhcpc dhcpcd named vtysh bird ipset ebtables arptables wg " +
    "openvpn systemctl service journalctl apt apt-get yum dnf free uptime lscpu top htop vmstat lsof strace gdb make gcc " +
    "vi vim nano mount umount swapon insmod rmmod lsmod depmod ufw firewall-cmd mn ovs-vsctl nmap masscan netserver netperf " +
    "mtr telnet ftp wget ab wrk jq bc dc du df hexdump xxd od md5sum sha1sum sha256sum base64 diff cmp comm join split fold fmt"
  ).split(" "),
);

/** What to print, after the program's name and a colon, when there is no such program. */
export function missingProgram(name: string): string {
  return NOT_SIMULATED.has(name.slice(name.lastIndexOf("/") + 1))
    ? "not simulated by Packetwalk"
    : "command not found";
}
