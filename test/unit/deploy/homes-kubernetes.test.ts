// Kubernetes manifests and Helm templates, as a table of cases.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's and other formats' own

import { describe } from 'node:test';
import { table } from './homes-lib.ts';

describe('Kubernetes', () => {
  const pod = (container: string): string =>
    `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n${container.replace(/^/gm, '          ')}\n`;
  table({
    'command and arguments': [
      { 'k8s/web.yaml': pod('command: ["gunicorn"]\nargs: ["--preload", "shop.wsgi"]') },
      'gunicorn shop.wsgi:application preload 1 <["gunicorn"]>',
    ],
    'arguments alone': [
      { 'k8s/web.yml': pod('args:\n  - gunicorn\n  - -w\n  - "4"\n  - shop.wsgi') },
      'gunicorn shop.wsgi:application lazy 4 <- gunicorn>',
    ],
    environment: [
      { 'k8s/web.yml': pod('command: [gunicorn, -w, $(N), shop.wsgi]\nenv:\n  - {name: N, value: "6"}') },
      'gunicorn shop.wsgi:application lazy 6 <[gunicorn, -w, $(N), shop.wsgi]>',
    ],
    'environment from a secret': [
      {
        'k8s/web.yml': pod(
          'command: [gunicorn, shop.wsgi]\nenv:\n  - {name: WEB_CONCURRENCY, valueFrom: {configMapKeyRef: {name: a, key: b}}}',
        ),
      },
      'gunicorn shop.wsgi:application lazy ? <[gunicorn, shop.wsgi]>',
    ],
    'several documents': [
      {
        'k8s/all.yaml': `${pod('command: [gunicorn, shop.wsgi]')}---\n${pod('command: [uwsgi, --module, shop.wsgi, --master]').replace('Deployment', 'StatefulSet')}`,
      },
      'gunicorn shop.wsgi:application lazy 1 <[gunicorn, shop.wsgi]>',
      'uwsgi shop.wsgi:application preload 1 <[uwsgi, --module, shop.wsgi, --master]>',
    ],
    'a job in a job in a list': [
      {
        'j.yaml':
          'kind: List\nitems:\n- kind: CronJob\n  spec: {jobTemplate: {spec: {template: {spec: {containers: [{command: [gunicorn, shop.wsgi]}]}}}}}\n',
      },
      'gunicorn shop.wsgi:application lazy 1 <[gunicorn, shop.wsgi]>',
    ],
    'the entrypoint of the image': [
      {
        'k8s/web.yml': pod('args: [-w, "3", shop.wsgi]'),
        Dockerfile: 'FROM a\nCOPY . /a\nWORKDIR /a\nENTRYPOINT ["gunicorn"]\n',
      },
      'gunicorn ? lazy 1 <ENTRYPOINT ["gunicorn"]>',
      'gunicorn shop.wsgi:application lazy 3 <ENTRYPOINT ["gunicorn"]>',
    ],
    'a block for the shell': [
      {
        'k8s/web.yml': pod(
          'command: ["/bin/sh", "-c"]\nargs:\n  - |\n    set -e\n    python manage.py migrate\n    exec gunicorn --preload \\\n      shop.wsgi',
        ),
      },
      'gunicorn shop.wsgi:application preload 1 <exec gunicorn --preload \\>',
    ],
    'a Helm value': [
      {
        'c/values.yaml': 'w: 5',
        'c/templates/d.yaml': pod('args: ["gunicorn", "-w", "{{ .Values.w }}", "shop.wsgi"]'),
      },
      'gunicorn shop.wsgi:application lazy ?5 <["gunicorn", "-w", "{{ .Values.w }}", "shop.wsgi"]>',
    ],
    'a Helm value with a default': [
      {
        'c/templates/d.yaml': pod(
          'args: [gunicorn, -w, {{ .Values.w | default 3 | quote }}, {{ required "x" .Values.app }}]',
        ),
      },
      'gunicorn ? lazy ?3 <[gunicorn, -w, {{ .Values.w | default 3 | quote }}, {{ required "x" .Values.app }}]>',
    ],
    'environment from maps beside it': [
      {
        'k8s/web.yml': pod(
          'command: [gunicorn, -w, $(N), shop.wsgi]\nenv:\n  - {name: N, valueFrom: {configMapKeyRef: {name: counts, key: workers}}}\nenvFrom:\n  - configMapRef: {name: settings}\n  - secretRef: {name: settings}',
        ),
        'k8s/maps.yml':
          'kind: ConfigMap\nmetadata: {name: settings}\ndata: {GUNICORN_CMD_ARGS: --preload}\n---\nkind: ConfigMap\nmetadata: {name: counts}\ndata: {workers: "6"}\n',
      },
      'gunicorn shop.wsgi:application preload 6 <[gunicorn, -w, $(N), shop.wsgi]>',
    ],
    'environment that kustomize generates': [
      {
        'k8s/web.yml': pod(
          'command: [gunicorn, shop.wsgi]\nenvFrom: [{configMapRef: {name: settings}, prefix: WEB_}]',
        ),
        'k8s/web.env': 'CONCURRENCY=2\n',
        'k8s/kustomization.yaml':
          'resources: [web.yml]\nconfigMapGenerator:\n  - name: settings\n    envs: [web.env]\n    literals: ["CONCURRENCY=3"]\n',
      },
      'gunicorn shop.wsgi:application lazy 3 <[gunicorn, shop.wsgi]>',
    ],
    "a patch of kustomize's without a command": [
      { 'o/patch.yaml': pod('image: gunicorn:2\nenv: [{name: WEB_CONCURRENCY, value: "3"}]') },
    ],
    'a list of values': [
      {
        'c/values.yaml': 'web:\n  command: [gunicorn]\n  args:\n    - shop.wsgi\n    - -w\n    - 3\n',
        'c/templates/d.yaml': pod(
          'command: {{ toYaml .Values.web.command | nindent 12 }}\nargs:\n  {{- toYaml .Values.web.args | nindent 12 }}\nports: []',
        ),
      },
      'gunicorn ?shop.wsgi:application unknown ?3 <[gunicorn]>',
    ],
    'a list of values, by with': [
      {
        'c/values.yaml': 'args: [gunicorn, shop.wsgi, --preload]\n',
        'c/templates/d.yaml': pod(
          '{{- with .Values.args }}\nargs:\n  {{- toYaml . | nindent 12 }}\n{{- end }}\n{{- with .Values.resources }}\nresources:\n  {{- toYaml . | nindent 12 }}\n{{- end }}',
        ),
      },
      'gunicorn ?shop.wsgi:application unknown ?1 <[gunicorn, shop.wsgi, --preload]>',
    ],
    'a choice within a line': [
      {
        'c/values.yaml': 'preload: false\n',
        'c/templates/d.yaml': pod(
          'command: [sh, -c]\nargs:\n  - exec gunicorn {{ if .Values.preload }}--preload{{ else }}--reload{{ end }} shop.wsgi',
        ),
      },
      'gunicorn shop.wsgi:application unknown ?1 <exec gunicorn {{ if .Values.preload }}--preload{{ else }}--reload{{ end }} shop.wsgi>',
    ],
    'an option under a condition': [
      {
        'c/templates/d.yaml': pod(
          'args:\n  - gunicorn\n  {{- if .Values.preload }}\n  - --preload\n  {{- end }}\n  - shop.wsgi',
        ),
      },
      'gunicorn shop.wsgi:application unknown ?1 <- gunicorn>',
    ],
    'other YAML': [
      {
        'a.yaml': 'kind: x\ncontainers: gunicorn a:b\n',
        'b.yaml': 'steps: [{run: gunicorn a:b}]\n',
        '.gitlab-ci.yml': 'test: {script: [gunicorn a:b]}\n',
      },
    ],
  });
});
