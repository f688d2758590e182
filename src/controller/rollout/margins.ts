/** Between the write of a Secret and the moment when every kubelet starts containers with it; covers skewed clocks. */
export const SETTLE_MS = 10_000;

/** The API server has the Secret, but a kubelet's own watch may be a moment behind: no restart before. */
export const KUBELET_LAG_MS = 2_000;

/** Kubernetes tells the start of a container in whole seconds: it may be that much later. */
export const START_TIME_MS = 1_000;
