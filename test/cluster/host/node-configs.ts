import { existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { pauseImage } from '../images.ts';
import { network } from './network.ts';

/** Where the configurations say that things are. */
export interface NodePaths {
  readonly directory: string;
  readonly socket: string;
  readonly kubeconfig: string;
  /** The certificate by which kubelet knows the API server. */
  readonly apiServerCertificate: string;
}

/** containerd's configuration, in TOML. */
export function containerdConfig({ directory, socket }: NodePaths): string {
  const overlayfs = 0x79_4c_76_30;
  // An overlay cannot lie on another one, as in a container.
  const snapshotter = statfsSync(directory).type === overlayfs ? 'native' : 'overlayfs';
  const plugins = ['/usr/lib/cni', '/opt/cni/bin'].find(path => existsSync(join(path, 'bridge')));
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${directory}/containerd"
state = "${directory}/state"
[grpc]
address = "${socket}"
[${cri}]
sandbox_image = "${pauseImage}"
# Lowering the score needs a right that the first process of a container does not have everywhere; sandboxes fail then.
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
# A profile would be loaded for the whole machine.
disable_apparmor = true
[${cri}.cni]
bin_dir = "${plugins}"
conf_dir = "${directory}/cni"
[${cri}.containerd]
snapshotter = "${snapshotter}"
`;
}

/** The network of the pods: a bridge in the node's namespace, addresses by host-local, ports of the node by portmap. */
export function cniConfig({ directory }: NodePaths): unknown {
  const ipam = {
    type: 'host-local',
    dataDir: join(directory, 'cni-addresses'),
    ranges: [[{ subnet: network.pods }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      { type: 'bridge', bridge: 'cni0', isGateway: true, hairpinMode: true, ipam },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

export function kubeletConfig({ directory, socket, apiServerCertificate }: NodePaths): unknown {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${socket}`,
    address: network.node,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: apiServerCertificate },
    },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    localStorageCapacityIsolation: false,
    // A full disk of a developer's machine is no reason to evict, or to throw away images that no registry has.
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
    },
    imageGCHighThresholdPercent: 100,
    // There is no DNS in the cluster; asked at a pod's own loopback, every lookup fails at once instead of after a timeout.
    clusterDNS: ['127.0.0.1'],
    clusterDomain: 'cluster.local',
    resolvConf: join(directory, 'resolv.conf'),
    podLogsDir: join(directory, 'pod-logs'),
    volumePluginDir: join(directory, 'volume-plugins'),
    serializeImagePulls: false,
    syncFrequency: '10s',
    maxPods: 250,
  };
}

export function kubeProxyConfig({ kubeconfig }: NodePaths): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig },
    mode: 'nftables',
    clusterCIDR: network.pods,
    // Else the answer of a pod on the same bridge would not take the way back that undoes the translation.
    nftables: { masqueradeAll: true },
    // These limits are the whole machine's.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}
