/**
 * A shell script that makes a trace instance of its own (tracefs, "instances"), in a mount namespace of its own.
 * `setup` is run in the instance's folder (`fail` gives up), `during` is what goes on until the script's input ends,
 * which is when the engine ends in whatever way: then the instance goes. One whose maker is gone, because it was
 * killed too, is taken away by the next.
 */
export function traceInstance(setup: string, during: string): string {
  return `
mount -t tracefs tracefs /mnt 2>/dev/null || exit 1
cd /mnt/instances || exit 1
for old in packetwalk-*; do
  [ -d "$old" ] && ! [ -d "/proc/\${old#packetwalk-}" ] && rmdir "$old" 2>/dev/null
done
own=packetwalk-$$
mkdir $own && cd $own || exit 1
fail() { cd ..; rmdir $own; exit 1; }
trap '' INT TERM HUP
${setup}
${during}
cd ..
# While we that are being killed still hold a file of it, it is busy.
for i in 1 2 3 4 5 6 7 8 9 10; do rmdir $own 2>/dev/null && exit; sleep 0.1; done
`;
}
