/**
 * Captures on every device of the namespaces it is told of, for a conformance case on the real kernel.
 *
 * Commands come on the fifo argv[1], one a line, and each is answered by a line on the fifo argv[2]:
 *   add NAME   from now on, keep all frames of /run/netns/NAME
 *   del NAME   let go of it (an open socket would keep the namespace)
 *   end        write what was kept to standard output and end
 * The frames wait in the sockets' own rings until they are asked for, so nothing has to keep pace with the lab. (Rings,
 * for what goes into one is copied there and then. A socket's queue shares the bytes with the frame that travels on, and
 * ip_fraglist_prepare() writes into those: a fragment would be seen with the next hop's addresses.)
 * A line of output: NAME DEV TYPE TCI CHECKSUM HEX; TYPE as sll_pkttype of packet(7), TCI the VLAN tag that the kernel
 * took out (or -), CHECKSUM "partial" where the sender has left it to the device.
 */
export const CAPTURE = String.raw`import ctypes
import fcntl
import mmap
import socket
import struct
import sys

ETH_P_ALL = 0x0003
CLONE_NEWNET = 0x40000000
SIOCGIFNAME = 0x8910
SOL_PACKET, PACKET_RX_RING, PACKET_STATISTICS, PACKET_VERSION = 263, 5, 6, 10
TPACKET_V2 = 1
TP_STATUS_USER, TP_STATUS_CSUMNOTREADY, TP_STATUS_VLAN_VALID = 1 << 0, 1 << 3, 1 << 4
BLOCK, FRAME, FRAMES = 1 << 18, 4096, 4096

libc = ctypes.CDLL(None, use_errno=True)
rings = {}
out = []


def add(name):
    with open("/run/netns/" + name) as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    s.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V2)
    request = struct.pack("IIII", BLOCK, FRAMES * FRAME // BLOCK, FRAME, FRAMES)
    s.setsockopt(SOL_PACKET, PACKET_RX_RING, request)
    ring = mmap.mmap(s.fileno(), FRAMES * FRAME)
    rings[name] = (s, ring)


def device(s, index):
    try:
        answer = fcntl.ioctl(s, SIOCGIFNAME, struct.pack("16si16x", b"", index))
        return answer[:16].split(b"\0")[0].decode()
    except OSError:  # it is gone
        return "?"


def drain(name):
    s, ring = rings.pop(name, (None, None))
    if s is None:
        return
    for at in range(0, FRAMES * FRAME, FRAME):
        # struct tpacket2_hdr, and behind it struct sockaddr_ll
        status, _, size, mac, _, _, _, vlan, _ = struct.unpack_from("IIIHHIIHH", ring, at)
        if not status & TP_STATUS_USER:
            break
        _, _, index, _, kind, _ = struct.unpack_from("HHiHBB", ring, at + 32)
        tci = "%x" % vlan if status & TP_STATUS_VLAN_VALID else "-"
        checksum = "partial" if status & TP_STATUS_CSUMNOTREADY else "-"
        data = ring[at + mac : at + mac + size]
        out.append("%s %s %d %s %s %s" % (name, device(s, index), kind, tci, checksum, data.hex()))
    _, lost = struct.unpack("II", s.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
    if lost:
        sys.stderr.write("capture: %d frames of %s found no place\n" % (lost, name))
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
                for name in list(rings):
                    drain(name)
                print("\n".join(out), flush=True)
            with open(sys.argv[2], "w") as answer:
                answer.write("ok\n")
`;
