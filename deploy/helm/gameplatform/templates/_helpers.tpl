{{- define "gameplatform.labels" -}}
app.kubernetes.io/name: gameplatform
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "gameplatform.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}
{{- end }}

{{/* Workers and the migration read the same environment. */}}
{{- define "gameplatform.environment" -}}
envFrom:
  - secretRef: {name: {{ .Values.secretName }}}
env:
  - {name: DEBUG, value: "false"}
  # Only the chart's nginx reaches the workers, and it overwrites the header.
  - {name: FORWARDED_ALLOW_IPS, value: "*"}
  {{- range $name, $value := .Values.settings }}
  - {name: {{ $name }}, value: {{ $value | quote }}}
  {{- end }}
{{- end }}

{{- define "gameplatform.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "gameplatform.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
