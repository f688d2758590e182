{{- /* Refuses what a schema cannot see, because it spans two values, or what it would refuse without naming the place. */ -}}
{{- define "secrets-operator.checks" -}}
{{- range $target, $_ := .Values.awsEndpoints -}}
{{- if not (regexMatch "^(secretsmanager|ssm|sts)/[a-z]{2,}(-[a-z]+)+-[0-9]+$" $target) -}}
{{- fail (printf "awsEndpoints: %q must be <service>/<region>, for example secretsmanager/eu-west-1, where the service is secretsmanager, ssm or sts." $target) -}}
{{- end -}}
{{- end -}}
{{- range $value, $labels := dict "commonLabels" .Values.commonLabels "podLabels" .Values.podLabels -}}
{{- range $key := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart" -}}
{{- if hasKey $labels $key -}}
{{- fail (printf "%s: the chart sets the label %s itself, and by such labels the Deployment and the Service find the pod. Take it out, or set nameOverride." $value $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) -}}
{{- fail "serviceAccount.name is empty and serviceAccount.create is false: the rights of the operator would go to the namespace's \"default\" ServiceAccount and so to every pod there. Set serviceAccount.name to a ServiceAccount that only the operator uses." -}}
{{- end -}}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.service.enabled) -}}
{{- fail "metrics.serviceMonitor.enabled needs metrics.service.enabled: a ServiceMonitor finds its target through a Service. Set both, or neither." -}}
{{- end -}}
{{- if and (gt (int .Values.replicas) 1) (has "--leader-elect=false" .Values.extraArgs) -}}
{{- fail (printf "replicas is %d and extraArgs holds --leader-elect=false: all of them would work at once, and get into each other's way. Set replicas to 1, or leave leader election on." (int .Values.replicas)) -}}
{{- end -}}
{{- end -}}
