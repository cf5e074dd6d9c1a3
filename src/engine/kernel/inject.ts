/**
 * `packetwalk-inject` for the real kernel, the twin of command/packetwalk-inject.ts. It stands in the sandbox's
 * PATH. Perl, because every Debian has it (perl-base is essential) and Node has no packet sockets.
 */
export const INJECT = String.raw`#!/usr/bin/perl
use strict; use Socket;
my $name = 'packetwalk-inject';
sub fail { print STDERR "$name: $_[0]\n"; exit $_[1] }
my ($dev, @words) = @ARGV;
if (!defined $dev or $dev eq '--help' or $dev eq '-h') {
  my $usage = "Usage: $name DEV [HEX...]\n";
  if (defined $dev) { print $usage; exit 0 }
  print STDERR $usage; exit 2;
}
my $text = @words ? join(' ', @words) : do { local $/; <STDIN> } // '';
$text =~ s/#.*//mg;
my $frame = '';
for my $word (split ' ', $text) {
  (my $hex = $word) =~ tr/://d;
  fail("\"$word\" is not bytes in hexadecimal", 2) if $hex =~ /[^0-9a-fA-F]/ or length($hex) % 2;
  $frame .= pack 'H*', $hex;
}
fail('no frame: its bytes in hexadecimal follow the device, or come on standard input', 2) if $frame eq '';
socket(my $socket, 17, SOCK_RAW, 0) or fail("socket: $!", 1);
my $request = pack 'a16x24', $dev;
ioctl($socket, 0x8933, $request) or fail("no device \"$dev\"", 1);
my $to = pack 'SnlSCCa8', 17, 0, unpack('x16l', $request), 0, 0, 0, '';
defined send($socket, $frame, 0, $to) or fail("$dev: $!", 1);
`;
