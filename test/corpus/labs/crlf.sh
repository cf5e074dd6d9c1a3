#!/bin/bash
# Saved on Windows.
ip netns add crlf
ip netns list
if true; then
  echo yes
fi
echo done
