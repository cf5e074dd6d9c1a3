const FAMILIES =
  "    inet (DARPA Internet) inet6 (IPv6) ax25 (AMPR AX.25) \n" +
  "    netrom (AMPR NET/ROM) rose (AMPR ROSE) ipx (Novell IPX) \n" +
  "    ddp (Appletalk DDP) x25 (CCITT X.25) \n";

const OPTIONS =
  "Usage: route [-nNvee] [-FC] [<AF>]           List kernel routing tables\n" +
  "       route [-v] [-FC] {add|del|flush} ...  Modify routing table for AF.\n" +
  "\n" +
  "       route {-h|--help} [<AF>]              Detailed usage syntax for specified AF.\n" +
  "       route {-V|--version}                  Display version/author and exit.\n" +
  "\n" +
  "        -v, --verbose            be verbose\n" +
  "        -n, --numeric            don't resolve names\n" +
  "        -e, --extend             display other/more information\n" +
  "        -F, --fib                display Forwarding Information Base (default)\n" +
  "        -C, --cache              display routing cache instead of FIB\n" +
  "\n" +
  "  <AF>=Use -4, -6, '-A <af>' or '--<af>'; default: inet\n" +
  "  List of possible address families (which support routing):\n";

/** The options on one stream, the families on the other, as route prints them. */
export const ROUTE_USAGE = { text: OPTIONS, families: FAMILIES };

export const INET_USAGE =
  "Usage: inet_route [-vF] del {-host|-net} Target[/prefix] [gw Gw] [metric M] [[dev] If]\n" +
  "       inet_route [-vF] add {-host|-net} Target[/prefix] [gw Gw] [metric M]\n" +
  "                              [netmask N] [mss Mss] [window W] [irtt I]\n" +
  "                              [mod] [dyn] [reinstate] [[dev] If]\n" +
  "       inet_route [-vF] add {-host|-net} Target[/prefix] [metric M] reject\n" +
  "       inet_route [-FC] flush      NOT supported\n";

export const ROUTE_VERSION =
  "net-tools 2.10\n" +
  "+NEW_ADDRT +RTF_IRTT +RTF_REJECT +I18N +SELINUX\n" +
  "AF: (inet) +UNIX +INET +INET6 +IPX +AX25 +NETROM +X25 +ATALK +ECONET +ROSE -BLUETOOTH\n" +
  "HW:  +ETHER +ARC +SLIP +PPP +TUNNEL -TR +AX25 +NETROM +X25 +FR +ROSE +ASH +SIT +FDDI +HIPPI +HDLC/LAPB +EUI64 \n";
