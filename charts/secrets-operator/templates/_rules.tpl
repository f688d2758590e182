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
  verbs: [get, list, watch, create, patch]
{{- if .Values.rollout.enabled }}
- apiGroups: [apps]
  resources: [deployments]
  verbs: [list, watch, patch]
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
{{- end }}
{{- end -}}

{{- define "secrets-operator.subjects" -}}
- kind: ServiceAccount
  name: {{ include "secrets-operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}
