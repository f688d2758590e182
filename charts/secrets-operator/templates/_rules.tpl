{{- /* What the operator may do in each namespace that it watches: one list for the ClusterRole and for the Roles. */ -}}
{{- define "secrets-operator.rules" -}}
- apiGroups: [secrets-operator.io]
  resources: [awssecrets]
  verbs: [get, list, watch]
- apiGroups: [secrets-operator.io]
  resources: [awssecrets/status]
  verbs: [get, patch, update]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- if .Values.rollout.enabled }}
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, patch]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list]
{{- end }}
{{- end -}}

{{- define "secrets-operator.subjects" -}}
- kind: ServiceAccount
  name: {{ include "secrets-operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}
