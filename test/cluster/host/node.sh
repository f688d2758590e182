#!/bin/bash
# The node of the `host` cluster: containerd, kubelet and kube-proxy in mount, network and process namespaces of their own.
# It is the first process in them. When it ends or is killed, the kernel ends every container and takes away each mount,
# interface, route and packet filter rule that was made for the cluster: nothing has to be found and cleaned up.
#
#   node.sh DIRECTORY KUBECONFIG KUBELET KUBE_PROXY ADDRESS/BITS GATEWAY
#
# DIRECTORY holds what node-files.ts wrote. KUBECONFIG may come into being later.
set -euo pipefail
directory=$1 kubeconfig=$2 kubelet=$3 kube_proxy=$4 address=$5 gateway=$6
trap 'exit 0' TERM

# The mounts of pods' volumes have to reach containers. Nothing reaches the machine, whose mount namespace is another one.
mount --make-rshared /
while read -r source target; do
  mount --bind "$source" "$target"
done < "$directory/mounts"

ip link set lo up
until ip link set eth0 up 2> /dev/null; do sleep 0.02; done
ip address add "$address" dev eth0
ip route add default via "$gateway"
echo 1 > /proc/sys/net/ipv4/ip_forward

containerd --config "$directory/containerd.toml" > "$directory/containerd.log" 2>&1 &
until ctr --address "$directory/containerd.sock" version > /dev/null 2>&1 && [ -s "$kubeconfig" ]; do
  kill -0 $! || break
  sleep 0.05
done
"$kubelet" --config="$directory/kubelet.json" --kubeconfig="$kubeconfig" --root-dir="$directory/kubelet" \
  --hostname-override=node --node-ip="${address%/*}" > "$directory/kubelet.log" 2>&1 &
"$kube_proxy" --config="$directory/kube-proxy.json" --hostname-override=node > "$directory/kube-proxy.log" 2>&1 &

# None of the three ends by itself: when one has, so does the node.
wait -n || true
echo 'containerd, kubelet or kube-proxy ended; the ends of their logs:' >&2
tail -n 4 "$directory"/{containerd,kubelet,kube-proxy}.log >&2
exit 1
