#!/bin/bash
# Takes the lab down. Devices go with the namespace that they are in.
sudo ip netns del boxA
sudo ip netns del router
sudo ip netns del boxB
