# pins: iputils' programs know no long options, and arping reads its numbers before it looks at the address
# state: no
exec 2>&1
arping --nope 10.0.0.1 2>&1 | head -1
tracepath --nope 10.0.0.1 2>&1 | head -1
ping --nope 10.0.0.1 2>&1 | head -1
for o in "-c x" "-w x" "-i x" "-i -1" "-c 0" "-c 99999999999"; do
  arping $o 10.0.0.1; echo "$o: $?"
done
mkdir -p d/e; echo x1 >d/f; echo x1 >d/e/g
grep -r x d/f; grep -r x d/e/g d/f; grep -r x d/e; grep -rH x d/f; grep -rh x d/e; cd d/e; grep -r x
