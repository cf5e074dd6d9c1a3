# pins: a script's finished jobs leave the table when its next foreground command ends (notify_and_cleanup); functions of bash -c
# state: no
exec 2>&1
sleep 0.1 & sleep 0.5; kill %1; echo $?
sleep 0.1 & p=$!; sleep 0.5; wait $p; echo $?; wait %1; echo $?
sleep 0.1 & sleep 0.5; jobs; echo x; wait %1; echo $?
sleep 0.1 & sleep 0.3
sleep 0.1 & sleep 0.3
jobs
f() { sleep 0.1 & sleep 0.5; kill %1; echo $?; }; f
sleep 0.1 & for i in 1 2 3; do sleep 0.2; done; kill %1; echo "-> $?"
sleep 0.1 &
sleep 0.5
kill %1; echo $?
fg %1; echo $?; disown %1; echo $?
sleep 0.1 & a=$!; sleep 0.1 & b=$!; sleep 0.5; wait $a; echo $?; wait $b; echo $?; wait $b; echo $?
(exit 3) & p=$!; sleep 0.3; wait $p; echo $?
sleep 5 & (exit 4) & sleep 0.3; jobs; wait %2; echo $?; kill %1; sleep 0.2; wait %1; echo $?
sleep 0.2 & sleep 0.05; jobs; wait; jobs; echo end
sleep 0.1 | cat & sleep 0.4; jobs; sleep 1 & echo $!>/dev/null; jobs; kill %1; wait; echo $?
set -m; sleep 0.1 & sleep 0.5; jobs; echo m
