// A small file of every dialect that says how an app is started, each good as it stands: the tests of malformed
// variants cut, mutate and fill them. What is started is `shop.wsgi`, by one server, with `preload` where it can.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are other formats' own

export interface Sample {
  readonly path: string;
  readonly text: string;
  /** `server load`, of each deployment. */
  readonly expected: readonly string[];
  /** What stands beside it. */
  readonly beside?: Readonly<Record<string, string>>;
}

const gunicorn = ['gunicorn preload'];

export const samples: readonly Sample[] = [
  {
    path: 'uwsgi.ini',
    text: '[uwsgi]\nn = 2\nprocesses = %(n)\nif-env = A\nthreads = 2\nendif =\n; x\nmodule = shop.wsgi:app\nlazy-apps = 1\n',
    expected: ['uwsgi lazy'],
  },
  {
    path: 'uwsgi.xml',
    text: '<uwsgi>\n <master/>\n <!-- x -->\n <processes>2</processes>\n <module>shop.wsgi</module>\n <lazy-apps>true</lazy-apps>\n</uwsgi>\n',
    expected: ['uwsgi lazy'],
  },
  {
    path: 'uwsgi.yaml',
    text: 'uwsgi:\n  master: true\n  processes: 2\n  module: shop.wsgi\n  lazy-apps: true\n',
    expected: ['uwsgi lazy'],
  },
  {
    path: 'uwsgi.json',
    text: '{"uwsgi": {"master": true, "processes": 2,\n "module": "shop.wsgi", "lazy-apps": "true"}}\n',
    expected: ['uwsgi lazy'],
  },
  {
    path: 'gunicorn.conf.py',
    text: 'import os\nfrom conf import threads\nworkers = int(os.environ.get("W", "2"))\nwsgi_app = f"shop.{\'wsgi\'}"\npreload_app = True\ndef post_fork(a, b):\n    pass\n',
    expected: gunicorn,
    beside: { 'conf.py': 'threads = 2\nfrom gunicorn_conf import *\n' },
  },
  {
    path: 'Procfile',
    text: 'web: A="b" exec gunicorn -w ${N:-3} --preload \'shop.wsgi\' # x\nbg: cat x | tee y\n',
    expected: gunicorn,
    beside: { '.env': 'N=2\n', 'app.json': '{"env": {"N": "4"}}' },
  },
  {
    path: 'Dockerfile',
    text: '# escape=\\\nARG V=3.11\nFROM python:${V}-slim AS b\nENV A="b c" \\\n  # x\n  D=e\nWORKDIR /app\nCOPY . /app\nCMD ["sh", "-c", "gunicorn \\"--preload\\" shop.wsgi"]\n',
    expected: gunicorn,
  },
  {
    path: 'compose.yaml',
    text: 'x-a: &a {A: "1"}\nservices:\n  web: &w\n    build: {context: ., args: [N=1]}\n    env_file: web.env\n    command: >-\n      gunicorn -w ${N:-2}\n      --preload shop.wsgi\n    environment: {<<: *a}\n',
    expected: gunicorn,
    beside: { 'web.env': 'WEB_CONCURRENCY=2\n' },
  },
  {
    path: 'k8s/web.yaml',
    text: 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          command: ["sh", "-c"]\n          args:\n            - |\n              gunicorn $(N) \\\n                --preload shop.wsgi\n          env: [{name: N, value: "-w2"}]\n          envFrom: [{configMapRef: {name: m}}]\n---\nkind: ConfigMap\nmetadata: {name: m}\ndata: {A: b}\n',
    expected: gunicorn,
  },
  {
    path: 'chart/templates/web.yaml',
    text: 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: {{ .Chart.Name }}\n          {{- with .Values.args }}\n          args:\n            {{- toYaml . | nindent 12 }}\n          {{- end }}\n          command: ["gunicorn", "{{ if .Values.p }}--preload{{ end }}"]\n',
    expected: ['gunicorn unknown'],
    beside: { 'chart/values.yaml': 'p: true\nargs: [shop.wsgi]\n' },
  },
  {
    path: 'web.service',
    text: '[Unit]\nA=b\n[Service]\nEnvironment="A=b c" D=e\nEnvironmentFile=-/etc/web.env\nWorkingDirectory=/srv/%i\nExecStart=-/v/gunicorn \\\n  # x\n  --preload \'shop.wsgi\'\n',
    expected: gunicorn,
    beside: { 'web.env': 'B=c\n', 'web.service.d/a.conf': '[Service]\nEnvironment=C=d\n' },
  },
  {
    path: 'supervisor.conf',
    text: '[supervisord]\nenvironment=X="y"\n[program:web]\ncommand=gunicorn -n %(ENV_O)s ; x\n  --preload shop.wsgi\nenvironment=A="b",C=\'d\'\ndirectory=%(here)s/x\n',
    expected: gunicorn,
  },
  {
    path: 'circus.ini',
    text: '[circus]\n[watcher:web]\ncmd = gunicorn -b fd://$(circus.sockets.a)\nargs = --preload shop.wsgi\n[env:web]\nA = b\n',
    expected: gunicorn,
  },
  {
    path: 'start.sh',
    text: '#!/bin/bash\n. ./more.sh\nO=(-w 2)\nO+=(--preload)\ncat <<E > x\ngunicorn a:b\nE\nweb() {\n  if [ "$1" = x ]; then exec gunicorn "${O[@]}" shop.wsgi; fi\n}\ncase "${A:-b}" in\n  b|c) web x ;;\n  *) exec "$@" ;;\nesac\n',
    expected: gunicorn,
    beside: { 'more.sh': 'A=b\n. ./start.sh\n' },
  },
  {
    path: 'sv/web/run',
    text: '#!/command/execlineb -P\nwith-contenv\ncd /app\nforeground { echo }\ns6-setuidgid app\ngunicorn --preload shop.wsgi\n',
    expected: gunicorn,
  },
  {
    path: 'Makefile',
    text: 'N ?= $(shell nproc)\nO := -t 9\nO += --preload\nifdef X\nY = $(Z)\nendif\ninclude more.mk\nserve: export A=b\nserve: ## x\n\t@gunicorn -w $(N) \\\n\t  $(O) shop.wsgi\n',
    expected: gunicorn,
    beside: { 'more.mk': 'Z = $(Y)\ninclude Makefile\n' },
  },
  {
    path: 'justfile',
    text: 'set dotenv-load\na := "shop.wsgi"\nserve b="1" *c:\n  @gunicorn --preload {{a}} -b {{b}} {{c}}\n',
    expected: gunicorn,
  },
  {
    path: 'pyproject.toml',
    text: '[tool.poe.tasks]\nserve = { cmd = "gunicorn \\"--preload\\" shop.wsgi", env = { A = "b" } }\n[tool.poe.tasks.x]\nsequence = ["serve", {cmd = "y"}]\n',
    expected: gunicorn,
  },
  {
    path: 'tox.ini',
    text: '[testenv:serve]\nsetenv =\n  A = {env:B:c}\ncommands =\n  gunicorn \\\n    --preload {posargs:shop.wsgi}\nchangedir = x\n',
    expected: gunicorn,
  },
  {
    path: 'noxfile.py',
    text: 'import nox\n@nox.session(name="serve")\ndef s(session):\n    a = ["--preload"]\n    session.run("gunicorn", *a, "shop.wsgi", env={"A": "b"})\n',
    expected: gunicorn,
  },
  {
    path: 'package.json',
    text: '{"scripts": {"serve": "gunicorn --preload shop.wsgi",\n "x": "make serve"}}\n',
    expected: gunicorn,
  },
  {
    path: 'heroku.yml',
    text: 'build: {docker: {web: Dockerfile}}\nrun:\n  web:\n    command: [gunicorn --preload shop.wsgi]\n',
    expected: gunicorn,
  },
  {
    path: 'manifest.yml',
    text: 'applications:\n- command: gunicorn --preload shop.wsgi\n  env: {A: 1}\n  path: ./\n',
    expected: gunicorn,
  },
  {
    path: 'render.yaml',
    text: 'services:\n- rootDir: .\n  startCommand: gunicorn --preload shop.wsgi\n  envVars: [{key: A, value: b}]\n',
    expected: gunicorn,
  },
  {
    path: 'app.yaml',
    text: 'runtime: python312\nentrypoint: gunicorn -b :$PORT --preload shop.wsgi\nenv_variables: {A: b}\n',
    expected: gunicorn,
  },
  {
    path: 'task-definition.json',
    text: '{"containerDefinitions": [{"command": ["gunicorn", "--preload", "shop.wsgi"],\n "environment": [{"name": "A", "value": "b"}]}]}\n',
    expected: gunicorn,
  },
  {
    path: 'fly.toml',
    text: '[env]\nA = "b"\n[processes]\nweb = "gunicorn --preload shop.wsgi"\n',
    expected: gunicorn,
  },
  {
    path: 'railway.toml',
    text: '[deploy]\nstartCommand = """\ngunicorn \\\n  --preload shop.wsgi"""\n',
    expected: gunicorn,
  },
  {
    path: 'site.conf',
    text: 'Define R /srv\n<VirtualHost *:80>\n  WSGIDaemonProcess s processes=2 \\\n   python-path="${R}"\n  WSGIProcessGroup s\n  WSGIScriptAlias / ${R}/shop/wsgi.py\n</VirtualHost>\n',
    expected: ['mod_wsgi lazy'],
  },
];

/** Every dialect that is YAML, TOML or JSON. */
export const structured = samples.filter(
  ({ path }) => /\.(ya?ml|json|toml)$/.test(path) && !path.includes('chart'),
);
