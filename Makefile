# make run and make test need Go and git, nothing else. Tests of the pages need
# Chromium, and are skipped where there is none.

BIN := bin/midspan

.PHONY: run test bench build lint clean

# The sample, end to end. Exit code 3 says that something could not be read:
# the sample holds such goods on purpose.
run: build
	$(BIN) run || test $$? -eq 3

build:
	go build -trimpath -o $(BIN) ./cmd/midspan

test:
	go test ./...

# Beside the programs that would be used in its place, on one machine in one go;
# docs/performance.md says more. Without settings, the sample is measured:
#   make bench CATALOG=goods.csv MIRRORS='/srv/mirrors/{owner}+{name}/repo' ADVISORIES=/srv/osv
CATALOG ?=
MIRRORS ?=
ADVISORIES ?=
PAD ?= 200000
RUNS ?= 1
bench: build
	go build -C bench/osv-scanner -trimpath -o $(CURDIR)/bin/osv-scanner github.com/google/osv-scanner/v2/cmd/osv-scanner
	go build -C bench/scorecard -trimpath -o $(CURDIR)/bin/scorecard github.com/ossf/scorecard/v5
	go build -trimpath -o bin/bench ./bench
	bin/bench -catalog '$(CATALOG)' -mirrors '$(MIRRORS)' -advisories '$(ADVISORIES)' -pad $(PAD) -runs $(RUNS)

# Format, vet and static checks; go run brings the tools at pinned versions.
lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'run gofmt -w .'; exit 1; }
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	@! grep -q '^replace' go.mod || { echo 'go.mod must not replace: go install would refuse it'; exit 1; }

clean:
	rm -rf bin midspan-report .midspan
