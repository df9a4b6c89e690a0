# make run and make test need Go and git, nothing else. Tests of the pages need
# Chromium, and are skipped where there is none.

SHELL := bash
BIN := bin/midspan

# The same sources and the same Go give the same program, byte for byte, in whatever
# folder and with whatever C compiler: no paths, no cgo. Tests share the cache.
export GOFLAGS := -trimpath
export CGO_ENABLED := 0

.PHONY: run test readability race validators differential manifests fuzz bench soak build release lint vulnerabilities reproducible cross coverage packaging release-check site clean

# The sample, end to end. Exit code 3 says that something could not be read:
# the sample holds such goods on purpose.
run: build
	$(BIN) run || test $$? -eq 3

build:
	go build -o $(BIN) ./cmd/midspan

# A release is the same program without the tables for debuggers: a third smaller.
release:
	go build -ldflags '-s -w' -o bin/release/midspan ./cmd/midspan

# The slowest begin first, or the last of them would run alone at the end. The seconds of
# each package follow, slowest first; one whose result was cached has none.
SLOWEST := ./internal/report/publish ./cmd/midspan ./internal/pipeline ./scanners/osv
test:
	@mkdir -p bin
	@set -o pipefail; go test -timeout 20m $(SLOWEST) ./... | tee bin/test.txt; code=$$?; \
		awk -F'\t' '$$3 ~ /^[0-9.]+s/ { s = $$3 + 0; total += s; printf "%8.1f s  %s\n", s, $$2 } \
			END { printf "%8.1f s  all packages\n", total }' bin/test.txt | sort -rn; exit $$code

# How easy the pages of the sample read, by Flesch's formula, and their longest sentence.
# MIDSPAN_TEST_REPORT names the folder of another report.
readability:
	@set -o pipefail; go test -count=1 -v -run TestPagesReadEasily ./internal/report/publish | grep -E 'READABILITY|^(---|ok|FAIL)'

# The race detector over packages that start goroutines and end under it in minutes. It
# needs a C compiler, unlike everything else here. docs/architecture.md says what is not
# among them.
RACE ?= ./internal/child ./internal/egress ./internal/fetch ./internal/files ./internal/gitrepo ./internal/mirror \
	./internal/monitor ./internal/osvdb ./internal/queue ./scanners ./scanners/forge ./scanners/maintenance/... \
	./scanners/packages ./scanners/runtimes ./scanners/scorecard/...
race: export CGO_ENABLED := 1
race:
	go test -race -short -timeout 20m $(RACE)

# What others check our files with, by npm: Microsoft's SARIF validator, CycloneDX's own
# library, the Nu HTML checker (it needs Java), gitlab-ci-local, which knows the schema of
# GitLab. And GitHub's own schema, its OpenAPI
# document and answers that it once gave, which tests of what GitHub is asked read. Nothing of it is
# part of the program.
validators:
	npm ci --prefix .ci/validators --ignore-scripts --no-audit --no-fund --silent
	chmod u+x .ci/validators/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool
	MIDSPAN_VALIDATORS=$(CURDIR)/.ci/validators go test -count=1 -run 'Validator|OwnLibrary|NuChecker|GitHubsOwn|GitHubRecorded' ./internal/report/publish ./scanners/forge ./docs

# Our reading of publiccode.yml beside the official parser's. Its licences stay out of
# the program: it is a program of its own, with a module of its own.
differential:
	go build -C catalog/publiccodetest -o $(CURDIR)/bin/publiccodetest .
	MIDSPAN_PUBLICCODE_PARSER=$(CURDIR)/bin/publiccodetest go test -count=1 -run OfficialParser ./catalog

# The manifests of deploy/kubernetes, decoded strictly into the types of Kubernetes.
manifests:
	go vet -C deploy/kubernetestest ./...
	go test -C deploy/kubernetestest -count=1 ./...

# Every parser of ours, some work at each: bounded by count, not by the clock.
# One folder, or longer: make fuzz FUZZ=catalog FUZZTIME=10m. The first time takes
# minutes: fuzzing builds the libraries of a package anew. A test program serves all its
# parsers.
FUZZ ?= catalog internal scanners
FUZZTIME ?= 1000x
fuzz:
	@set -e; mkdir -p bin; for folder in $$(grep -rl --include='*_test.go' '^func Fuzz' $(FUZZ) | xargs -n1 dirname | sort -u); do \
		go test -c -fuzz . -o bin/fuzz.test ./$$folder; \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\)(.*/\1/p' $$folder/*_test.go); do \
			echo "$$folder $$target"; \
			(cd $$folder && $(CURDIR)/bin/fuzz.test -test.run '^$$' -test.fuzz "^$$target\$$" -test.fuzztime $(FUZZTIME) \
				-test.fuzzminimizetime 100x -test.fuzzcachedir $(CURDIR)/bin/fuzz); \
		done; \
	done

# Beside the programs that would be used in its place, on one machine in one go;
# docs/performance.md says more. Without settings, the sample is measured:
#   make bench CATALOG=goods.csv MIRRORS='/srv/mirrors/{owner}+{name}/repo' ADVISORIES=/srv/osv
CATALOG ?=
MIRRORS ?=
ADVISORIES ?=
PAD ?= 200000
RUNS ?= 1
bench: build
	go build -C bench/osv-scanner -o $(CURDIR)/bin/osv-scanner github.com/google/osv-scanner/v2/cmd/osv-scanner
	go build -C bench/scorecard -o $(CURDIR)/bin/scorecard github.com/ossf/scorecard/v5
	go build -o bin/bench ./bench
	bin/bench -catalog '$(CATALOG)' -mirrors '$(MIRRORS)' -advisories '$(ADVISORIES)' -pad $(PAD) -runs $(RUNS)

# One run over GOODS generated repositories, watched for what grows and what stays
# behind; docs/reliability.md says what came out.
GOODS ?= 5000
soak: build
	go build -o bin/bench ./bench
	bin/bench soak -goods $(GOODS)

# Format, vet and static checks; go run brings the tools at pinned versions.
lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'run gofmt -w .'; exit 1; }
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	go mod tidy -diff
	go test -run TestAnOfferedLanguageIsWhole ./internal/language
	@! grep -q '^replace' go.mod || { echo 'go.mod must not replace: go install would refuse it'; exit 1; }

# Known vulnerabilities in what the program calls. VULNDB may name a copy of Go's
# database: file:///srv/vulndb.
VULNDB ?= https://vuln.go.dev
vulnerabilities:
	go run golang.org/x/vuln/cmd/govulncheck@v1.8.0 -db $(VULNDB) ./cmd/midspan > bin/vulnerabilities.txt || test $$? -eq 3
	@! grep -o '^Vulnerability #[0-9]*: GO-[0-9-]*' bin/vulnerabilities.txt | grep -o 'GO-.*' | grep -v -x -F -f <(grep -o '^GO-[0-9-]*' .ci/vulnerabilities) || \
		{ echo 'these are not in .ci/vulnerabilities; bin/vulnerabilities.txt says more'; exit 1; }

# Build twice, the second time from a copy elsewhere, and compare.
reproducible: build
	rm -rf bin/copy && mkdir -p bin/copy && git archive HEAD | tar -x -C bin/copy
	go build -buildvcs=false -o bin/first ./cmd/midspan
	go build -C bin/copy -buildvcs=false -o ../second ./cmd/midspan
	cmp bin/first bin/second
	rm -rf bin/copy bin/first bin/second

# The program for systems on which no test of ours runs: it builds there.
CROSS ?= windows/amd64 darwin/arm64
cross:
	@set -e; for target in $(CROSS); do \
		echo "build for $$target"; \
		GOOS=$${target%/*} GOARCH=$${target#*/} go build -o bin/cross/$${target%/*}-$${target#*/}/ ./cmd/midspan; \
	done

# Statements that the tests of a package reach, and of all together: by themselves, the fast
# ones, in the rooms where it matters most. make coverage COVER=./... SHORT= is that of all
# tests, and takes as long as they do.
COVER ?= ./internal/pipeline ./internal/store ./internal/gitrepo
SHORT ?= -short
coverage:
	@mkdir -p bin
	go test $(SHORT) -timeout 30m -coverprofile bin/coverage.out $(COVER)
	@go tool cover -func bin/coverage.out | tail -1

# What packages hold beside the program. Of the same commit come the same bytes.
packaging: export SOURCE_DATE_EPOCH := $(shell git log -1 --format=%ct)
packaging: build
	rm -rf bin/packaging && mkdir -p bin/packaging/completion
	$(BIN) man bin/packaging/man > bin/packaging/man.txt
	@set -e; for shell in bash zsh fish; do $(BIN) completion $$shell > bin/packaging/completion/midspan.$$shell; done

# The settings of a release, and a snapshot with all programs and packages in dist. What
# signs and pushes is left out.
GORELEASER ?= goreleaser
release-check:
	$(GORELEASER) check
	$(GORELEASER) release --snapshot --clean --skip=sign

# The documentation as a web site in bin/site, with the report of the sample.
site: build
	rm -rf bin/site
	go run ./docs/site -to bin/site
	$(BIN) run --quiet --as-of 2026-06-30 --store bin/site-store --out bin/site/demo --exit-zero

clean:
	rm -rf dist bin midspan-report .midspan
