// The program publiccodetest says what the official parser of publiccode.yml
// finds in files: the reference of a test of package catalog (make
// differential). It has a module of its own, because that parser is under
// EUPL-1.2 and links a library under AGPL-3.0: no code of it is in Midspan.
//
// It reads a JSON list of files as texts and writes a list of lists of keys, one
// a file: those of which the parser says something, sorted, each once. "" is the
// file as a whole. The network is not asked.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	publiccode "github.com/italia/publiccode-parser-go/v5"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var files []string
	if err := json.NewDecoder(os.Stdin).Decode(&files); err != nil {
		return fmt.Errorf("read a JSON list of files from standard input: %w", err)
	}
	parser, err := publiccode.NewParser(publiccode.ParserConfig{DisableNetwork: true, DisableExternalChecks: true})
	if err != nil {
		return fmt.Errorf("make the official parser: %w", err)
	}
	found := make([][]string, len(files))
	for i, file := range files {
		_, err := parser.ParseStream(strings.NewReader(file))
		found[i] = keys(err)
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

// keys are those of the problems in an error of the parser.
func keys(err error) []string {
	found := []string{}
	results, ok := errors.AsType[publiccode.ValidationResults](err)
	if err != nil && !ok {
		return []string{""}
	}
	for _, result := range results {
		switch problem := result.(type) {
		case publiccode.ValidationError:
			found = append(found, problem.Key)
		case publiccode.ValidationWarning:
			found = append(found, problem.Key)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
