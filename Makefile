# make run and make test need Go and git, nothing else.

BIN := bin/midspan

.PHONY: run test build lint clean

# The sample, end to end. Exit code 3 says that something could not be read:
# the sample holds such goods on purpose.
run: build
	$(BIN) run || test $$? -eq 3

build:
	go build -trimpath -o $(BIN) ./cmd/midspan

test:
	go test ./...

# Format, vet and static checks; go run brings the tools at pinned versions.
lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'run gofmt -w .'; exit 1; }
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	@! grep -q '^replace' go.mod || { echo 'go.mod must not replace: go install would refuse it'; exit 1; }

clean:
	rm -rf bin midspan-report .midspan
