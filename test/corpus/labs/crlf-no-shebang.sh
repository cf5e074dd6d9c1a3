ip netns add crlf2
ip netns list
echo "status $?"
for i in 1 2
do echo $i
done
