# pins: hping3's own option parser takes no argument that is glued to its option (antigetopt.c)
# state: no
exec 2>&1
for words in -c1 '-q -c' -p80 -iu100 -cS --count=1 -S; do hping3 $words; echo $?; done
