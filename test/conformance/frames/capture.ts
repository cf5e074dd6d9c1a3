/**
 * Captures on every device of the namespaces it is told of, for a conformance case on the real kernel.
 *
 * Commands come on the fifo argv[1], one a line, and each is answered by a line on the fifo argv[2]:
 *   add NAME   from now on, keep all frames of /run/netns/NAME
 *   del NAME   let go of it (an open socket would keep the namespace)
 *   end        write what was kept to standard output and end
 * The frames wait in the sockets' own queues until they are asked for, so nothing has to keep pace with the lab.
 * A line of output: NAME DEV TYPE TCI CHECKSUM HEX; TYPE as sll_pkttype of packet(7), TCI the VLAN tag that the kernel
 * took out (or -), CHECKSUM "partial" where the sender has left it to the device.
 */
export const CAPTURE = String.raw`import ctypes
import os
import socket
import struct
import sys

ETH_P_ALL = 0x0003
CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE = 33
SOL_PACKET, PACKET_AUXDATA = 263, 8
TP_STATUS_CSUMNOTREADY, TP_STATUS_VLAN_VALID = 1 << 3, 1 << 4

libc = ctypes.CDLL(None, use_errno=True)
sockets = {}
out = []


def add(name):
    with open("/run/netns/" + name) as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    s.setblocking(False)
    sockets[name] = s


def drain(name):
    s = sockets.pop(name, None)
    if s is None:
        return
    while True:
        try:
            data, extra, _, address = s.recvmsg(65600, 512)
        except BlockingIOError:
            break
        except OSError:  # ENETDOWN: a device went; what it saw is still there
            continue
        tci, checksum = "-", "-"
        for level, kind, value in extra:
            if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                status, _, _, _, _, vlan, _ = struct.unpack("IIIHHHH", value)
                if status & TP_STATUS_VLAN_VALID:
                    tci = "%x" % vlan
                if status & TP_STATUS_CSUMNOTREADY:
                    checksum = "partial"
        out.append("%s %s %d %s %s %s" % (name, address[0] or "?", address[2], tci, checksum, data.hex()))
    s.close()


ended = False
while not ended:
    with open(sys.argv[1]) as commands:
        for line in commands:
            verb, _, name = line.strip().partition(" ")
            if verb == "add":
                add(name)
            elif verb == "del":
                drain(name)
            else:
                ended = True
                for name in list(sockets):
                    drain(name)
                print("\n".join(out), flush=True)
            with open(sys.argv[2], "w") as answer:
                answer.write("ok\n")
`;
