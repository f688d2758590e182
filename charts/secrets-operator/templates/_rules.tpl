{{- /* What the operator may do in each namespace that it watches: one list for the ClusterRole and for the Roles. */ -}}
{{- define "secrets-operator.rules" -}}
- apiGroups: [secrets-operator.io]
  resources: [awssecrets]
  verbs: [get, list, watch]
- apiGroups: [secrets-operator.io]
  resources: [awssecrets/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [secrets]
  # Only a former target that no workload uses is deleted.
  verbs: [get, list, watch, create, patch{{ if .Values.rollout.enabled }}, delete{{ end }}]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- if .Values.rollout.enabled }}
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets]
  verbs: [list, watch, patch]
- apiGroups: [argoproj.io]
  resources: [rollouts]
  verbs: [list, watch, patch]
# Told of in the status, never restarted.
- apiGroups: [batch]
  resources: [cronjobs, jobs]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
- apiGroups: [""]
  resources: [pods/eviction]
  verbs: [create]
{{- end }}
{{- end -}}

{{- define "secrets-operator.subjects" -}}
- kind: ServiceAccount
  name: {{ include "secrets-operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}
