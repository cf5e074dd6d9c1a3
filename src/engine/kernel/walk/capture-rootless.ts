/**
 * What `tcpdump -i any -w -` writes, for an ordinary user's sandbox: there tcpdump ends, because it gives its
 * privileges up by setgroups(2), which is denied in a user namespace of one's own (user_namespaces(7)). Python has
 * packet sockets. As in libpcap, what goes out on lo is left out: it comes in there as well. Hardware type 772 is
 * ARPHRD_LOOPBACK, 35 SO_TIMESTAMPNS, 276 LINKTYPE_LINUX_SLL2.
 */
export const ROOTLESS_CAPTURE = `
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
s.setsockopt(socket.SOL_SOCKET, 35, 1)
out = sys.stdout.buffer
out.write(struct.pack('<IHHiIII', 0xa1b23c4d, 2, 4, 0, 0, 262144, 276))
out.flush()
print('listening', file=sys.stderr, flush=True)
while True:
    data, extra, _, (dev, protocol, kind, hardware, mac) = s.recvmsg(262144, 64)
    if hardware == 772 and kind == socket.PACKET_OUTGOING: continue
    second, nano = struct.unpack('@ll', extra[0][2])
    try: index = socket.if_nametoindex(dev)
    except OSError: index = 0
    head = struct.pack('!HHIHBB8s', protocol, 0, index, hardware, kind, len(mac), mac[:8])
    size = len(head) + len(data)
    out.write(struct.pack('<IIII', second, nano, size, size) + head + data)
    out.flush()
`;
