# GNU make 3.81 or newer. Everything stays in this folder; nothing global is touched.
NODE_VERSION := 24.21.0
NODE := bin/node24
INSTALLED := node_modules/.installed
lab := simulated
seed := 1
time-scale := 1
runs := 5

.DEFAULT_GOAL := help
.PHONY: help setup drill up down scenarios test test-system test-kind typecheck lint unit format bench bench-dns fuzz fuzz-engine clean distclean

help: ## List the targets
	@echo 'Usage: make TARGET [name=value ...]'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' Makefile

setup: $(INSTALLED) ## Install what the project needs, into the project's folder
	@$(NODE) --version 2>/dev/null | grep -q '^v' || $(bring-node)

$(INSTALLED): package.json package-lock.json
	@echo 'setup: installing packages'
	@npm ci --ignore-scripts --silent || npm ci --ignore-scripts
	@touch $@

# These packages are what npm's `node` package fetches in an install script; taken directly, no script runs. It comes to
# its place when it is whole: an interrupted npm leaves half a program, which may even end with success.
define bring-node
{ echo 'setup: bringing Node $(NODE_VERSION)'; rm -rf .node; \
  npm install --prefix .node/part --no-save --no-package-lock --ignore-scripts --silent \
    "node-$$(node -p 'process.platform + "-" + process.arch')@$(NODE_VERSION)" && \
  mv .node/part/node_modules .node/ && rm -rf .node/part; }
endef

with-engine = $(if $(engine),--engine '$(engine)')

drill: setup ## Run a drill: scenario=NAME [lab=simulated] [engine=kubevela] [seed=N] [time-scale=7.5]
	@test -n '$(scenario)' || { echo "make drill: which one? scenario=NAME ('make scenarios' lists them)" >&2; exit 64; }
	@bin/liangdi drill '$(scenario)' --lab '$(lab)' $(with-engine) --seed '$(seed)' --time-scale '$(time-scale)'

up: setup ## Bring clusters up for many drills: lab=kind [engine=kubevela]
	@bin/liangdi up --lab '$(lab)' $(with-engine)

down: setup ## Remove the clusters, and what killed drills have left
	@bin/liangdi down

parity: time-scale := 7.5
parity: setup ## Hold real runs against simulated ones: scenario=NAME [runs=5] [time-scale=7.5]
	@test -n '$(scenario)' || { echo 'make parity: which one? scenario=NAME' >&2; exit 64; }
	@bin/liangdi parity '$(scenario)' --runs '$(runs)' --time-scale '$(time-scale)'

gate: setup ## Hold ten scenarios with twenty seeds each to the budgets and the baseline of gates.yaml
	@bin/liangdi gate

scenarios: setup ## List the scenarios and what each proves
	@bin/liangdi scenarios

# Types and format are checked beside the tests, which wait for clocks and sockets now and then; what is said of them is
# told behind the tests.
test: setup ## Check everything: types, lint, tests
	@told=$$(mktemp) && trap 'rm -f "$$told"' EXIT && { nice $(MAKE) -s typecheck lint >"$$told" 2>&1 & checks=$$!; \
	  $(MAKE) -s unit; tests=$$?; wait $$checks; failed=$$?; cat "$$told"; exit $$((tests | failed)); }

# Scripts for k6, whose globals are not Node's; what runs in a browser, and knows types that nothing else may.
PROJECTS := . clusters/load src/report/html/page test/browser

typecheck: setup ## Check the types
	@# Two projects at once, each on one core: several checkers of one project would each work out zod's types anew.
	@echo 'typecheck' && echo $(PROJECTS) | xargs -n 1 -P 2 $(NODE) node_modules/typescript/bin/tsc --noEmit --checkers 1 -p

lint: setup ## Check format and lint rules
	@echo 'lint' && $(NODE) node_modules/@biomejs/biome/bin/biome check --error-on-warnings

unit: setup ## Run the tests alone
	@echo 'unit (without *.system.test.ts: make test-system; without test/kind, which needs Docker: make test-kind)'
	@# Most code runs a few times in a process: V8 is to compile it at once, and not to interpret it first.
	@$(NODE) --always-sparkplug node_modules/vitest/vitest.mjs run --exclude 'test/kind/**' --exclude '**/*.system.test.ts'

test-system: setup ## Test whole programs: liangdi's own, a browser, other people's DNS tools
	@$(NODE) node_modules/vitest/vitest.mjs run .system.test.ts

test-kind: setup ## Test the lab on real parts; needs Docker, kind and the images
	@$(NODE) node_modules/vitest/vitest.mjs run --no-file-parallelism test/kind

format: setup ## Format, and fix what lint can fix
	@$(NODE) node_modules/@biomejs/biome/bin/biome check --write

bench: setup ## Measure drills per minute on one core
	@# A drill's objects die together at its end: V8 is to keep none of them for longer, which would keep all, and to
	@# collect them on the core that is measured, in a room that a processor's cache may hold. Much of a drill's code runs
	@# a few times a drill: compiled at once, and into its callers only where they nearly always come to it, since all of it
	@# passes through a processor's small cache. Large pages for Node's own code, where the system has them.
	@for file in bench/*.ts; do echo "$$file" && $(NODE) --max-semi-space-size=32 --single-threaded-gc --always-sparkplug \
	  --no-allocation-site-pretenuring --min-inlining-frequency=0.9 --use-largepages=silent "$$file" || exit 1; done

bench-dns: setup ## Measure the GTM's name server against CoreDNS; needs dnsperf and coredns
	@$(NODE) bench/dns/bench-dns.ts

fuzz: setup ## Send the GTM a million malformed packets and ten thousand malformed calls
	@FUZZ=full $(NODE) node_modules/vitest/vitest.mjs run --pool=forks --execArgv=--expose-gc test/gtm/dns/server-real.test.ts test/gtm/api/requests.test.ts

fuzz-engine: setup ## Compare the engine with the real KubeVela on random cases [seed=N]; needs Go
	@$(NODE) test/conformance/engine-fuzz.ts --seed '$(seed)'

clean: ## Remove what drills left: runs/
	@rm -rf runs coverage node_modules/.cache

distclean: clean ## Remove what setup installed as well
	@rm -rf node_modules .node
